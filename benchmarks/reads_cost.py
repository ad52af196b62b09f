"""What each read costs Redis: in commands that its function runs, and in microseconds in which it serves nobody else.

The board is as dear as one can be: every score is another one, and on a second board every sum lies beyond the integers
that a double holds. Each read is asked for at its largest, and as deep as a dense rank is counted.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

import redis

from benchmarks.figures import Figure
from benchmarks.pipeline import STAGE
from ledgerboard_boards import RankTooDeepError, RedisStandings
from ledgerboard_boards.reading import MAX_DISTINCT_SCORES
from ledgerboard_contracts import ALL_TIME, DEFAULT_OPTIONS, BoardOptions, Policy, Ranking, View
from ledgerboard_dev.stack import Stack
from ledgerboard_testkit.first_generation import FirstGeneration
from ledgerboard_testkit.plays import make_definition, make_envelope, make_fact

PLAYERS: Final = 3_000
BOARDS: Final = 20
ROUNDS: Final = 20
BEYOND: Final = 2**53
_NOW: Final = datetime(2026, 11, 21, 12, tzinfo=UTC)
_SUMS: Final = BoardOptions(policy=Policy.TOTAL)
_DEEP: Final = MAX_DISTINCT_SCORES - 100
_LAST_PLAYER: Final = f"p{MAX_DISTINCT_SCORES:04}"

Read = Callable[[RedisStandings, View, BoardOptions, Ranking], object]

READS: Final[Mapping[str, Read]] = {
    "a page of 100": lambda by, view, options, ranking: by.page(view, options, _DEEP, _DEEP + 100, ranking),
    "the last 100": lambda by, view, options, ranking: by.last(view, options, 100, ranking),
    "100 by score": lambda by, view, options, ranking: by.by_score(view, options, (None, None), _DEEP, 100, ranking),
    "50 around a player": lambda by, view, options, ranking: by.around_player(view, options, _LAST_PLAYER, 50, ranking),
    "50 around a score": lambda by, view, options, ranking: by.around_score(
        view, options, _score(view, MAX_DISTINCT_SCORES), 50, ranking
    ),
    "one player": lambda by, view, options, ranking: by.placing(view, options, _LAST_PLAYER, ranking),
    "100 players": lambda by, view, options, ranking: by.listed(
        view, options, [f"p{place:04}" for place in range(_DEEP, _DEEP + 100)], ranking
    ),
    "one player on 20 boards": lambda by, view, options, ranking: by.standings_of(
        _LAST_PLAYER, [(view, options)] * BOARDS, ranking
    ),
    "a play that is to come": lambda by, view, options, ranking: by.hypothetical(
        view, options, make_fact(_LAST_PLAYER, _score(view, MAX_DISTINCT_SCORES - 1), _NOW), ranking
    ),
    "the top": lambda by, view, options, _ranking: by.top(view, options),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one read cost, on the board and by the ranking that ``name`` says. ``refused``: it lay too deep."""

    name: str
    commands: float
    microseconds: float
    refused: bool


def reads_cost(stack: Stack) -> list[Figure]:
    """Print what every read costs. There is no floor to compare with, so no figure comes of it."""
    with redis.Redis.from_url(stack.valkey.url) as client:
        found = costs(client, STAGE)
    print("| read | commands | us of Redis |  |\n| --- | ---: | ---: | --- |")
    for each in found:
        note = "refused: too deep" if each.refused else ""
        print(f"| {each.name} | {each.commands:,.0f} | {each.microseconds:,.0f} | {note} |")
    return []


def costs(client: redis.Redis, stage: str, rounds: int = ROUNDS) -> list[Cost]:
    """The cost of every read on both boards and by every ranking, from the statistics that the server keeps."""
    boards, standings = FirstGeneration(client, stage), RedisStandings(client, stage)
    found = []
    for board, options in (("reads", DEFAULT_OPTIONS), ("sums", _SUMS)):
        view = View(board, ALL_TIME)
        _fill(boards, view, options)
        for ranking in Ranking:
            for name, read in READS.items():
                asked = partial(read, standings, view, options, ranking)
                found.append(_cost(client, f"{name}, {ranking}, {board}", rounds, asked))
    return found


def _fill(boards: FirstGeneration, view: View, options: BoardOptions) -> None:
    facts = [make_fact(f"p{place:04}", score, _NOW) for place in range(PLAYERS) for score in _plays(view, place)]
    definition = make_definition(view.board, policy=options.policy)
    boards.fold([(make_envelope(view.board, facts), definition)], _NOW)


def _score(view: View, place: int) -> int:
    """Of the player at that place. Sums are eight times what one score can be, where a double holds only each 16th."""
    return (8 * BEYOND if view.board == "sums" else PLAYERS) - place


def _plays(view: View, place: int) -> Sequence[int]:
    return [*[BEYOND] * 7, BEYOND - place] if view.board == "sums" else [_score(view, place)]


def _cost(client: redis.Redis, name: str, rounds: int, read: Callable[[], object]) -> Cost:
    refused = False
    before = _statistics(client)
    for _ in range(rounds):
        try:
            read()
        except RankTooDeepError:
            refused = True
    after = _statistics(client)
    ran = sum(after[each] - before.get(each, 0) for each in after if each.endswith(".calls"))
    used = after["fcall_ro.usec"] - before.get("fcall_ro.usec", 0)
    return Cost(name=name, commands=ran / rounds, microseconds=used / rounds, refused=refused)


def _statistics(client: redis.Redis) -> Mapping[str, int]:
    """Calls of every command but those that ask or are asked, and the microseconds of functions that read."""
    told: Mapping[str, Any] = client.info("commandstats")
    found = {
        f"{name.removeprefix('cmdstat_')}.{what}": each[what]
        for name, each in told.items()
        for what in ("calls", "usec")
    }
    asked = {"fcall_ro.calls", "info.calls"}
    return {
        name: number
        for name, number in found.items()
        if name == "fcall_ro.usec" or (name.endswith(".calls") and name not in asked)
    }
