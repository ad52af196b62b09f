"""Faults that are a sequence: each step meets what the one before has left half done.

Chance alone hits such a moment once in many hours. So these look for it: they ask PostgreSQL how far the services are.
"""

import random
from collections.abc import Generator, Sequence
from contextlib import suppress
from typing import Final

from benchmarks.chaos.faults.looking import until
from benchmarks.chaos.faults.postgres import clean_up
from benchmarks.chaos.faults.processes import go_on, stopped
from benchmarks.chaos.kinds import Kind, SkippedError, Steps
from benchmarks.chaos.network.links import OPEN, Condition, Way
from benchmarks.chaos.operators import WHY
from benchmarks.chaos.plan import Fault
from benchmarks.chaos.traffic import GUEST, a_score, submit
from benchmarks.chaos.valkeys import client_of
from benchmarks.chaos.world import World
from ledgerboard_boards.keys import Keyspace

_SKEW_SECONDS: Final = 25.0
_SLOW_SECONDS: Final = 0.25
_CAUGHT_SECONDS: Final = 18.0
_CORRECTIONS: Final = 2
_HELD_SECONDS: Final = (13.0, 17.0)
"""Less than the 21 s for which a service waits for PostgreSQL, and more than the 10 s that a horizon reaches beyond a
gateway that is ahead."""
_PLAY_SECONDS: Final = 1.0
_AFTER_SECONDS: Final = 3.0
_WHOLE_SECONDS: Final = 100.0
_REBUILT_SECONDS: Final = 3.0
_LATER_SECONDS: Final = 90.0
_OPENED_SECONDS: Final = 10.0
_GHOSTS: Final = 0.6
_GHOST_SECONDS: Final = 45.0
_LATE_SECONDS: Final = 40.0

_READS_PLAYS: Final = """
    SELECT client_port FROM pg_stat_activity
    WHERE application_name = 'ledgerboard-ranker' AND state = 'idle in transaction'
    AND query LIKE '%is_strange%player = %' AND state_change < clock_timestamp() - interval '0.05 s'
"""
"""The port of a ranker to which plays are on their way: without a slow link its transaction would be over by then."""
_IS_LATER: Final = """
    SELECT 1 WHERE NOT EXISTS (
        SELECT FROM generations WHERE state IN ('requested', 'opening', 'building')
        OR state = 'live' AND until > clock_timestamp() - interval '15 s'
    )
"""
_IS_UP_TO_DATE: Final = """
    SELECT 1 WHERE (SELECT max(occurred_at) FROM facts WHERE recorded_at > clock_timestamp() - interval '1 s')
    > clock_timestamp() - interval '2 s'
"""
_ARE_OPENED: Final = "SELECT 1 WHERE 12 <= (SELECT count(*) FROM generations WHERE state = 'building')"


def hold_answer(world: World, fault: Fault) -> Steps:
    """Hold the answer to a ranker that reads a player's plays, until what it knew of the time is no longer true.

    Meanwhile nobody records, and the player plays on by a gateway whose clock is ahead, for the other ranker to fold.
    """
    dice, groups = fault.dice(), list[int]()
    number = dice.randrange(len(world.clients))
    rankers, gateway = world.replicas_of("ranker"), world.replicas_of("gateway")[number]
    _set_all(world, rankers, "postgres", Condition(Way.SLOW, seconds=_SLOW_SECONDS))
    try:
        players, caught = yield from _caught(world, fault.target, dice)
        world.set_links(f"{caught}/postgres", Condition(Way.HELD))
        groups = _all_stopped(world, "history")
        world.clocks.move(gateway, _SKEW_SECONDS)
        _set_all(world, [name for name in rankers if name != caught], "postgres", OPEN)
        left = dice.uniform(*_HELD_SECONDS)
        while left > 0:
            plan = world.boards[fault.target]
            scores = [a_score(fault.target, plan, player, world.recorder, dice) for player in players]
            world.operators.do(submit, world.clients[number], world.recorder, scores)
            yield min(left, _PLAY_SECONDS)
            left -= _PLAY_SECONDS
        _set_all(world, rankers, "postgres", OPEN)
        yield _AFTER_SECONDS
    finally:
        _set_all(world, rankers, "postgres", OPEN)
        world.clocks.move(gateway, 0.0)
        go_on(*groups)


def _caught(world: World, board: str, dice: random.Random) -> Generator[float, None, tuple[Sequence[str], str]]:
    """Correct players until a ranker reads one's plays, and return who were corrected, and the ranker's name.

    Guests, since whoever plays often is drawn again by the other ranker as soon as one of the plays is recorded.
    """
    players: list[str] = []
    for _ in range(_CORRECTIONS):
        found = world.recorder.any_event_of(board, dice, players=GUEST)
        if found is None:
            raise SkippedError("no guest has played there lately")
        event_id, player = found
        world.operators.correct("POST", f"/v1/events/{event_id}/void", WHY, f"void {board}")
        players.append(player)
        port = yield from until(world, _READS_PLAYS, _CAUGHT_SECONDS)
        if port and (caught := world.client_at("postgres", port)):
            return players, caught
    raise SkippedError("no ranker was seen to read their plays")


def lose_while_late(world: World, fault: Fault) -> Steps:
    """Let the ledger lag until all boards have been rebuilt and played on for longer than their horizons reach.

    Then their states get lost. While the rankers give each a second generation, and nobody builds it, the recorders go
    on, and old messages come among the young ones.
    """
    if fault.seconds < _WHOLE_SECONDS:
        raise SkippedError("the round ends too soon")
    recorders, groups = world.replicas_of("history"), list[int]()
    _set_all(world, recorders, "sqs", Condition(Way.HELD))
    try:
        world.operators.ask("POST", "/v1/rebuilds", WHY)
        yield _REBUILT_SECONDS
        if not (yield from until(world, _IS_LATER, _LATER_SECONDS)):
            raise SkippedError("the boards were not rebuilt in time")
        clean_up(world, "generations")
        groups = _all_stopped(world, "rebuilder")
        _lose_states(world)
        yield from until(world, _ARE_OPENED, _OPENED_SECONDS)
        world.behave(ghosts=_GHOSTS, ghost_seconds=_GHOST_SECONDS)
        _set_all(world, recorders, "sqs", OPEN)
        yield from until(world, _IS_UP_TO_DATE, _LATE_SECONDS)
    finally:
        _set_all(world, recorders, "sqs", OPEN)
        world.behave(ghosts=0.0)
        go_on(*groups)


def _lose_states(world: World) -> None:
    """All boards', and nothing else: a board without a state is a lost one, whatever else is there."""
    keys = Keyspace(world.stack.stage)
    with client_of(world.valkeys.serving) as client:
        client.delete(*(keys.state(board) for board in world.boards))


def _set_all(world: World, services: Sequence[str], store: str, condition: Condition) -> None:
    for name in services:
        world.set_links(f"{name}/{store}", condition)


def _all_stopped(world: World, service: str) -> list[int]:
    """The process groups of a service's processes, which stand still now."""
    groups: list[int] = []
    for name in world.replicas_of(service):
        with suppress(SkippedError):
            groups.append(stopped(world, name))
    return groups


KINDS: Final = (
    Kind(
        name="answer-held",
        does="Guests' scores are voided until a ranker reads the plays of one, and the answer is held for 13 to 17 s. "
        "Meanwhile the recorders stand still, and the guest plays on by a gateway whose clock is 25 s ahead.",
        shows="Every play is there once, whenever the player is drawn.",
        per_hour=10,
        seconds=(44.0, 50.0),
        targets="busy boards",
        excludes="clock history sequence",
        act=hold_answer,
    ),
    Kind(
        name="lost-late",
        does="No recorder gets a message while all boards are rebuilt and played on for 50 s. Then the states of all "
        "boards are lost, and while the rebuilders stand still, the recorders make up for what they missed, and "
        "messages come again that were deleted before.",
        shows="Boards that were built lack plays until the ledger has them, and show all of them then.",
        per_hour=5,
        seconds=(100.0, 110.0),
        excludes="valkey history ghosts sequence",
        needs="no cluster",
        act=lose_while_late,
    ),
)
