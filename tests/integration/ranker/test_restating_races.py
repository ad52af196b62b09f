"""Two who restate the same player, and what a restatement leaves to be known of the one before it."""

from datetime import UTC, datetime, timedelta

import pytest
import redis
from sqlalchemy import Engine

from ledgerboard_boards import Horizon
from ledgerboard_contracts import ALL_TIME, BoardOptions, CorrectionKind, Policy, View
from ledgerboard_testkit.rankings import expected_standings
from tests.integration.ranker.counting_model import counting
from tests.integration.ranker.road import Road


def road_of(valkey: redis.Redis, engine: Engine, policy: Policy, *, ahead: timedelta = timedelta(0)) -> Road:
    return Road(valkey, engine, BoardOptions(policy=policy), datetime.now(UTC) + ahead)


def is_exact(road: Road) -> bool:
    view = View(road.board, ALL_TIME)
    facts = counting(road.facts, road.corrections)
    return road.standings(view) == expected_standings(facts, road.options, view)


def horizon_of(road: Road, player: str) -> Horizon | None:
    state = road.states.get(road.board)
    found: Horizon | None = state.generations[0].restated.get(road.named(player))
    return found


@pytest.mark.parametrize("policy", [Policy.TOTAL, Policy.BEST])
@pytest.mark.parametrize("after_calls", range(1, 15))
def test_who_read_the_ledger_earlier_has_not_the_last_word(
    valkey: redis.Redis, engine: Engine, policy: Policy, after_calls: int
) -> None:
    """While one restates, a play is folded, recorded and told again, and another restates with it."""
    road = road_of(valkey, engine, policy)
    road.play(("ann", 5), ("ann", 3))
    road.drain()
    road.void(0)
    road.deliver(road.history, 0)

    def others_go_on() -> None:
        road.play(("ann", 9))
        road.void(1)
        for _ in range(6):
            road.deliver(road.history, -1, other=True)
            road.deliver(road.rank, -1, other=True)

    with road.standing_still(after_calls, 0, others_go_on):
        road.deliver(road.rank, 0)
    road.drain()
    assert is_exact(road)


def test_two_restatements_at_the_same_moment_do_not_share_their_marks(valkey: redis.Redis, engine: Engine) -> None:
    """A ranker's clock may stand, or be ahead of both stores': then it alone makes the moment."""
    road = road_of(valkey, engine, Policy.TOTAL, ahead=timedelta(minutes=10))
    road.play(("ann", 5))
    road.drain()
    road.void(0)
    road.deliver(road.history, 0)
    road.deliver(road.rank, 0)
    first = horizon_of(road, "ann")
    road.play(("ann", 9))
    road.deliver(road.rank, 0, delete=False)
    road.restating.restate(road.board, [road.named("ann")])
    second = horizon_of(road, "ann")
    assert first is not None
    assert second is not None
    assert second.until > first.until
    road.drain()
    assert is_exact(road)


def test_a_new_generation_reaches_as_far_as_the_horizons_of_its_players(valkey: redis.Redis, engine: Engine) -> None:
    """What is late for a player must be late for the generation too: it forgets whom corrections restated."""
    road = road_of(valkey, engine, Policy.TOTAL, ahead=timedelta(minutes=10))
    road.play(("ann", 5))
    road.drain()
    road.void(0)
    road.drain()
    far = horizon_of(road, "ann")
    road.clock.advance(timedelta(minutes=-10))
    road.generations.request(road.board, board_version=None, reason="test", author="test")
    road.rebuild()
    (generation,) = road.states.get(road.board).generations
    assert far is not None
    assert generation.until is not None
    assert generation.until >= far.until


def test_a_board_that_was_reset_before_its_first_score_was_folded_begins_with_the_reset(
    valkey: redis.Redis, engine: Engine
) -> None:
    road = road_of(valkey, engine, Policy.TOTAL)
    road.play(("ann", 5))
    road.clock.advance(timedelta(seconds=1))
    road.correct(CorrectionKind.RESET)
    road.clock.advance(timedelta(seconds=1))
    road.play(("ann", 2))
    while road.history.waiting:
        road.deliver(road.history, 0)
    road.drain()
    assert is_exact(road)
    assert [each.score for each in road.standings(View(road.board, ALL_TIME))] == [2]


def test_who_began_to_restate_and_died_is_followed_though_the_state_looks_right(
    valkey: redis.Redis, engine: Engine
) -> None:
    """The ledger's row has another snapshot than the board's state: the drawing of the row never came."""
    road = road_of(valkey, engine, Policy.TOTAL)
    road.play(("ann", 5), ("ann", 3))
    road.drain()
    road.void(0)
    road.deliver(road.history, 0)
    road.deliver(road.rank, 0)
    before = horizon_of(road, "ann")
    road.play(("ann", 9))
    road.deliver(road.rank, 0)
    opened = road.restatements.open(road.board, road.named("ann"))
    assert before is not None
    assert opened.snapshot != before.snapshot
    road.restatements.opened(
        road.board, road.named("ann"), opened.correction_id, opened.snapshot, before.until + timedelta(seconds=1)
    )
    road.deliver(road.history, 0)
    road.drain()
    after = horizon_of(road, "ann")
    assert after is not None
    assert after.snapshot != before.snapshot
    assert is_exact(road)
