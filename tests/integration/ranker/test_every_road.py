"""Any interleaving of plays, corrections, rebuilds, deliveries, repeats and deaths leaves the same board.

Each example is a history on real stores: a list of steps, in any order. In the end everything is delivered, and every
view is the brute-force fold of the facts that count.
"""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import pytest
import redis
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from ledgerboard_boards import MARK_SECONDS
from ledgerboard_contracts import ALL_TIME, BoardOptions, CorrectionKind, Policy, View, level_scope
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_ledger import migrate
from ledgerboard_testkit.rankings import expected_standings
from tests.integration.ranker.counting_model import counting
from tests.integration.ranker.road import Road
from tests.integration.ranker.shared_clock import SharedClock, share_clock

if TYPE_CHECKING:
    from collections.abc import Callable

PLAYERS: Final = ("ann", "bob")
_place: Final = st.integers(0, 30)
_life: Final = st.none() | st.none() | st.integers(1, 12)
_player: Final = st.sampled_from(PLAYERS)

_plays: Final = st.tuples(
    st.just("play"),
    st.lists(st.tuples(_player, st.integers(0, 9)), min_size=1, max_size=3),
    st.sampled_from([-25, 0, 25]),
)
_corrections: Final = (
    st.tuples(st.just("void"), _place)
    | st.tuples(st.sampled_from(["ban", "unban"]), _player, st.booleans())
    | st.tuples(st.just("erase"), _player)
    | st.tuples(st.just("reset"))
)
_deliveries: Final = st.tuples(st.sampled_from(["rank", "history"]), _place, st.booleans(), _life)
_pauses: Final = st.tuples(
    st.just("pause"),
    st.integers(1, 16),
    st.sampled_from([1, 36, 60]),
    st.tuples(st.sampled_from(["rank", "history", "rebuild"]), _place),
    st.lists(st.tuples(st.sampled_from(["rank", "rank", "history"]), _place) | _plays, max_size=3),
)
"""Someone stands still with a message in hand, while scores come in and other processes go on."""
_others: Final = (
    st.tuples(st.just("repeat"), st.sampled_from(["rank", "history"]), _place)
    | st.tuples(st.just("wait"), st.sampled_from([1, 20, 60, 900]))
    | st.tuples(st.just("copy"), _place)
    | st.tuples(st.just("forget"))
    | st.tuples(st.just("request"))
    | st.tuples(st.just("rebuild"), _life)
)
steps: Final = st.lists(_plays | _deliveries | _deliveries | _corrections | _pauses | _others, max_size=30)


LONG_ERASED: Final[list[tuple[Any, ...]]] = [
    ("wait", 7200),
    ("play", [("ann", 5)], 0),
    ("wait", 1),
    ("erase", "ann"),
    ("history", 1, True, None),
]
"""Hours on, an erasure is recorded before the play that it covers."""
LATE_FOUNDED: Final[list[tuple[Any, ...]]] = [
    ("play", [("ann", 5)], 0),
    ("history", 0, True, None),
    ("wait", 3600),
    ("play", [("bob", 3)], 0),
    ("rank", 1, True, None),
]
"""The ledger knows of the board for an hour before a ranker does."""


@pytest.fixture(scope="module")
def ledger_url(fresh_database: str) -> str:
    """A ledger whose clock is the road's."""
    share_clock(fresh_database)
    migrate(fresh_database)
    return fresh_database


@pytest.mark.slow
@pytest.mark.parametrize("policy", Policy)
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(history=steps, mark_seconds=st.sampled_from([0.001, 0.05, MARK_SECONDS]))
@example(history=LONG_ERASED, mark_seconds=MARK_SECONDS)
@example(history=LATE_FOUNDED, mark_seconds=MARK_SECONDS)
def test_every_road_leads_to_the_fold_of_the_facts_that_count(
    valkey: redis.Redis, engine: Engine, policy: Policy, history: list[tuple[Any, ...]], mark_seconds: float
) -> None:
    now = datetime.now(UTC)
    road = Road(valkey, engine, BoardOptions(policy=policy), now, SharedClock(engine, now), mark_seconds=mark_seconds)
    for step in history:
        walk(road, mark_seconds, *step)
    road.drain()
    facts = counting(road.facts, road.corrections)
    for view in (View(road.board, ALL_TIME), View(road.board, ALL_TIME, level_scope("one"))):
        assert road.standings(view) == expected_standings(facts, road.options, view)


def walk(road: Road, mark_seconds: float, step: str, *details: Any) -> None:
    """Take one step. Who finds a state on its way from somebody who died holds the message, as the stream does."""
    steps: dict[str, Callable[..., object]] = {
        "play": lambda plays, skew: road.play(*plays, skew_seconds=skew, level="one" if len(plays) > 1 else None),
        "void": road.void,
        "ban": lambda player, everywhere: road.correct(CorrectionKind.BAN, player=player, everywhere=everywhere),
        "unban": lambda player, everywhere: road.correct(CorrectionKind.UNBAN, player=player, everywhere=everywhere),
        "erase": lambda player: road.correct(CorrectionKind.ERASE, player=player),
        "reset": lambda: road.correct(CorrectionKind.RESET),
        "rank": lambda place, delete, life: road.deliver(road.rank, place, delete=delete, calls_to_live=life),
        "history": lambda place, delete, life: road.deliver(road.history, place, delete=delete, calls_to_live=life),
        "repeat": lambda queue, place: road.repeat(getattr(road, queue), place),
        "wait": lambda seconds: road.clock.advance(timedelta(seconds=seconds)),
        "copy": road.copy,
        "forget": lambda: road.await_forgotten() if mark_seconds < MARK_SECONDS else None,
        "request": lambda: road.generations.request(road.board, board_version=None, reason="test", author="test"),
        "rebuild": lambda life: road.rebuild(calls_to_live=life),
    }
    steps["pause"] = lambda *words: pause(road, *words)
    with suppress(UnavailableError):
        steps[step](*details)


def pause(
    road: Road, after_calls: int, seconds: float, work: tuple[str, int], meanwhile: list[tuple[Any, ...]]
) -> None:
    """Do the work and stand still in it."""

    def others() -> None:
        for step, *details in meanwhile:
            with suppress(UnavailableError):
                if step == "play":
                    plays, skew = details
                    road.play(*plays, skew_seconds=skew)
                    road.deliver(road.rank, -1, other=True)
                else:
                    road.deliver(getattr(road, step), details[0], other=True)

    with road.standing_still(after_calls, seconds, others):
        queue, place = work
        if queue == "rebuild":
            road.rebuild()
        else:
            road.deliver(getattr(road, queue), place)
