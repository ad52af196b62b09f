"""A play that is refused is taken back from every view, exactly, whatever order and deaths there are on the way."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from ledgerboard_contracts import (
    ALL_TIME,
    AttemptPeriod,
    BoardOptions,
    Fact,
    MaxAttempts,
    MaxGain,
    OnSuspicion,
    Period,
    Policy,
    View,
    span_containing,
)
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_testkit.rankings import expected_standings
from tests.integration.ledger.suspects_model import Played, suspects
from tests.integration.ranker.road import Road

if TYPE_CHECKING:
    from collections.abc import Sequence

NOW = datetime.now(UTC)
REFUSE = OnSuspicion.REFUSE
GAIN = MaxGain(score=50, seconds=60)


def assert_exact(road: Road) -> None:
    road.drain()
    found = suspects([Played(fact, road.options) for fact in road.facts])
    counting: Sequence[Fact] = [fact for fact in road.facts if str(fact.event_id) not in found]
    for view in (View(road.board, ALL_TIME), View(road.board, span_containing(Period.DAY, road.clock.now()))):
        assert road.standings(view) == expected_standings(counting, road.options, view)


@pytest.mark.parametrize("policy", [Policy.BEST, Policy.TOTAL])
def test_a_play_that_is_refused_at_once_counts_nowhere(valkey: redis.Redis, engine: Engine, policy: Policy) -> None:
    road = Road(valkey, engine, BoardOptions(policy=policy, max_gain=GAIN, on_suspicion=REFUSE), NOW)
    road.play(("ann", 10), ("bob", 30))
    road.drain()
    road.clock.advance(timedelta(seconds=1))
    road.play(("ann", 99), ("bob", 40))
    assert_exact(road)
    standings = {each.player: each.score for each in road.standings(View(road.board, ALL_TIME))}
    assert standings == {road.named("ann"): 10, road.named("bob"): 40 if policy is Policy.BEST else 70}
    road.play(("ann", 20))
    assert_exact(road)


PLAYS = st.tuples(st.sampled_from(["ann", "bob"]), st.integers(0, 100))
STEPS = st.one_of(
    st.tuples(st.just("play"), st.lists(PLAYS, min_size=1, max_size=3)),
    st.tuples(
        st.sampled_from(["rank", "history"]),
        st.tuples(st.integers(0, 9), st.booleans(), st.none() | st.integers(0, 9)),
    ),
    st.tuples(st.just("wait"), st.integers(1, 90)),
)  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    policy=st.sampled_from([Policy.BEST, Policy.TOTAL, Policy.LATEST, Policy.PLAYS]),
    attempts=st.none() | st.builds(MaxAttempts, plays=st.integers(1, 3), period=st.just(AttemptPeriod.HOUR)),
    steps=st.lists(STEPS, min_size=2, max_size=14),
)
def test_boards_are_exact_whatever_the_order_and_whoever_dies(
    valkey: redis.Redis, engine: Engine, policy: Policy, attempts: MaxAttempts | None, steps: list[tuple[str, object]]
) -> None:
    options = BoardOptions(policy=policy, max_gain=GAIN, max_attempts=attempts, on_suspicion=REFUSE)
    road = Road(valkey, engine, options, NOW)
    for name, given_ in steps:
        match name, given_:
            case "play", list() as plays:
                road.clock.advance(timedelta(milliseconds=2))
                road.play(*plays)
            case "wait", int() as seconds:
                road.clock.advance(timedelta(seconds=seconds))
            case queue, (int() as number, bool() as delete, int() | None as calls):
                which = road.rank if queue == "rank" else road.history
                with suppress(UnavailableError):  # After a death a board may have to wait; its message stays.
                    road.deliver(which, number, delete=delete, calls_to_live=calls)
    assert_exact(road)
