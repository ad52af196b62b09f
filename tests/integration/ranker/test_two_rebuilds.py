"""A second rebuild is under way when history records a batch with facts that are late for the first one too."""

from datetime import UTC, datetime, timedelta

import pytest
import redis
from sqlalchemy import Engine

from ledgerboard_contracts import ALL_TIME, BoardOptions, Policy, View
from ledgerboard_ledger import GenerationStage
from ledgerboard_testkit.rankings import expected_standings
from tests.integration.heap import lay_generations
from tests.integration.ranker.road import Road


@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize("policy", Policy)
def test_a_score_between_two_horizons_is_not_lost_in_whatever_order_the_generations_lie(
    valkey: redis.Redis, engine: Engine, policy: Policy, *, newest_first: bool
) -> None:
    road = Road(valkey, engine, BoardOptions(policy=policy), datetime.now(UTC))
    road.play(("ann", 1))
    road.drain()
    road.generations.request(road.board, board_version=None, reason="first", author="test")
    road.rebuild()
    road.play(("bob", 2))
    road.clock.advance(timedelta(minutes=5))
    road.play(("eve", 3))
    road.deliver(road.rank, 0)
    road.deliver(road.rank, 0)
    assert len(road.history.waiting) == 2
    following = road.generations.request(road.board, board_version=None, reason="second", author="test")
    road.openings.open(road.board, following.number)
    opened = road.generations.get(road.board, following.number)
    assert opened is not None
    assert opened.state is GenerationStage.BUILDING
    lay_generations(engine, newest_first=newest_first)
    road.record_all()
    road.drain()
    live = road.generations.live(road.board)
    assert live is not None
    assert live.number == following.number
    view = View(road.board, ALL_TIME)
    assert road.standings(view) == expected_standings(road.facts, road.options, view)
