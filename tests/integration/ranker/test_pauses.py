"""A process stands still while it draws a player or a board, and scores come in meanwhile: none of them is lost.

The pauses are longer than what a horizon allows for clocks and for a call, or nearly as long with clocks that differ.
"""

from datetime import UTC, datetime

import pytest
import redis
from sqlalchemy import Engine

from ledgerboard_contracts import ALL_TIME, BoardOptions, Policy, View
from ledgerboard_testkit.rankings import expected_standings
from tests.integration.ranker.counting_model import counting
from tests.integration.ranker.road import Road

MOST_CALLS = 14
"""More than a restatement makes, so that the pause falls everywhere once."""


@pytest.mark.parametrize("policy", Policy)
@pytest.mark.parametrize(("seconds", "skew"), [(36, 0), (60, 0), (12, 25)])
@pytest.mark.parametrize("after_calls", range(1, MOST_CALLS + 1))
def test_a_score_that_was_folded_while_its_player_was_restated_counts(
    valkey: redis.Redis, engine: Engine, policy: Policy, seconds: float, skew: float, after_calls: int
) -> None:
    road = Road(valkey, engine, BoardOptions(policy=policy), datetime.now(UTC))
    road.play(("ann", 5), ("bob", 4))
    road.play(("ann", 2))
    road.drain()
    road.void(0)
    road.deliver(road.history, 0)

    def play() -> None:
        road.play(("ann", 9), skew_seconds=skew)
        road.deliver(road.rank, -1, other=True)

    with road.standing_still(after_calls, seconds, play):
        road.deliver(road.rank, 0)
    road.drain()
    view = View(road.board, ALL_TIME)
    assert road.standings(view) == expected_standings(counting(road.facts, road.corrections), road.options, view)


@pytest.mark.parametrize("policy", Policy)
@pytest.mark.parametrize(("seconds", "skew"), [(60, 0), (12, 25)])
@pytest.mark.parametrize("after_calls", range(1, MOST_CALLS + 1))
def test_a_score_that_was_folded_while_its_board_was_drawn_anew_counts(
    valkey: redis.Redis, engine: Engine, policy: Policy, seconds: float, skew: float, after_calls: int
) -> None:
    road = Road(valkey, engine, BoardOptions(policy=policy), datetime.now(UTC))
    road.play(("ann", 5), ("bob", 4))
    road.drain()
    road.generations.request(road.board, board_version=None, reason="test", author="test")

    def play() -> None:
        road.play(("ann", 9), skew_seconds=skew)
        road.deliver(road.rank, -1, other=True)

    with road.standing_still(after_calls, seconds, play):
        road.rebuild()
    road.drain()
    view = View(road.board, ALL_TIME)
    assert road.standings(view) == expected_standings(road.facts, road.options, view)
