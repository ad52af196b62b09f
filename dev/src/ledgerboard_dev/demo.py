"""``demo``: a stack, a season on it, and the proof that nothing was lost; then it stays up until it is stopped."""

import random
from contextlib import closing
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from ledgerboard_dev.launcher import announcement, record_of, wait_for_stop
from ledgerboard_dev.progress import printed
from ledgerboard_dev.season.api import Api
from ledgerboard_dev.season.audit import settle
from ledgerboard_dev.season.depths import Depths
from ledgerboard_dev.season.players import GAMES, ORDERS, PULSE, roster
from ledgerboard_dev.season.tally import Tally
from ledgerboard_dev.season.traffic import Traffic
from ledgerboard_dev.season.view import View
from ledgerboard_dev.settings import DevSettings
from ledgerboard_dev.signals import StopRequestedError, stop_on_signals
from ledgerboard_dev.stack import Stack, StackOptions
from ledgerboard_dev.state import State

_SETTLE_SECONDS: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Season:
    """How much is played. ``once``: end after the season rather than when stopped."""

    seconds: float
    rate: float
    players: int
    once: bool


class RefusedError(RuntimeError):
    """The gateway did not take a board's definition."""


def demo(state: State, settings: DevSettings, season: Season) -> int:
    """Run it. Returns 0, or 1 if the proof failed."""
    stop_on_signals()
    try:
        with state.held(), Stack(state.home, StackOptions(settings=settings), printed) as stack:
            state.publish(record_of(stack))
            print(announcement(record_of(stack)), flush=True)
            exact = _play(stack, season)
            if not season.once:
                print("the season is over; everything stays up until you stop it (Ctrl-C)", flush=True)
                wait_for_stop()
    except StopRequestedError:
        print("stopped", flush=True)
        return 0
    return 0 if exact else 1


def _play(stack: Stack, season: Season) -> bool:
    """The season on a running stack. Returns whether it was exact."""
    with closing(Api(stack.gateway_url, stack.admin_key)) as api:
        return _play_through(api, stack, season)


def _play_through(api: Api, stack: Stack, season: Season) -> bool:
    tally, players = Tally(), roster(season.players, random.Random())
    _define_boards(api)
    print("".join(f"  board      {stack.gateway_url}/v1/boards/{game.board}/standings\n" for game in GAMES), flush=True)
    depths = Depths(stack.sqs.url, stack.stage)
    with Traffic(api, players, tally, season.rate):
        View(api, tally, depths, f"{stack.gateway_url}/docs").show(season.seconds)
    finding = settle(api, tally.accepted, (player.name for player in players), _SETTLE_SECONDS)
    print(finding, flush=True)
    return finding.exact


def _define_boards(api: Api) -> None:
    titles = {PULSE: "The demo's own heartbeat"} | {game.board: game.title for game in GAMES}
    options = {board: {"order": order, "title": titles[board]} for board, order in ORDERS.items()}
    for board, chosen in options.items():
        status = api.put_board(board, chosen)
        if status not in {HTTPStatus.OK, HTTPStatus.CREATED}:
            raise RefusedError(f"the gateway answered {status} to the definition of {board}")
