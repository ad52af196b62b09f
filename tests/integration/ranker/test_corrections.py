"""The boards follow every correction while scores keep coming, whatever comes late, twice, or never to an end."""

from datetime import UTC, datetime, timedelta

import pytest
import redis
from sqlalchemy import Engine

from ledgerboard_contracts import (
    ALL_TIME,
    BoardOptions,
    CorrectionKind,
    Period,
    Policy,
    View,
    level_scope,
    span_containing,
)
from ledgerboard_testkit.rankings import expected_standings
from tests.integration.ranker.counting_model import counting
from tests.integration.ranker.road import Road

NOW = datetime.now(UTC)


@pytest.fixture(params=Policy)
def road(request: pytest.FixtureRequest, valkey: redis.Redis, engine: Engine) -> Road:
    return Road(valkey, engine, BoardOptions(policy=request.param, level_total_view=True), NOW)


def assert_exact(road: Road) -> None:
    road.drain()
    facts = counting(road.facts, road.corrections)
    today = span_containing(Period.DAY, road.clock.now())
    for view in (View(road.board, ALL_TIME), View(road.board, today), View(road.board, ALL_TIME, level_scope("one"))):
        assert road.standings(view) == expected_standings(facts, road.options, view)


def test_a_void_takes_back_one_play_and_no_other(road: Road) -> None:
    road.play(("ann", 10), ("bob", 30), level="one")
    road.play(("ann", 50), ("bob", 20))
    road.drain()
    road.correct(CorrectionKind.VOID, fact=road.facts[2])
    road.play(("ann", 20), ("eve", 7))
    assert_exact(road)


@pytest.mark.parametrize("everywhere", [True, False])
def test_a_ban_hides_all_plays_and_an_unban_shows_them_again(road: Road, *, everywhere: bool) -> None:
    road.play(("ann", 10), ("bob", 30), level="one")
    road.drain()
    road.correct(CorrectionKind.BAN, player="ann", everywhere=everywhere)
    road.play(("ann", 99), ("bob", 1))
    assert_exact(road)
    road.clock.advance(timedelta(minutes=2))
    road.play(("ann", 98), ("bob", 2))
    assert_exact(road)
    road.correct(CorrectionKind.UNBAN, player="ann", everywhere=everywhere)
    road.play(("ann", 5))
    assert_exact(road)


def test_an_erased_player_is_gone_and_may_play_anew(road: Road) -> None:
    road.play(("ann", 10), ("bob", 30), level="one")
    road.deliver(road.rank, 0)
    road.correct(CorrectionKind.ERASE, player="ann")
    road.deliver(road.history, 1)
    assert_exact(road)
    road.clock.advance(timedelta(seconds=1))
    road.play(("ann", 3), ("bob", 4))
    assert_exact(road)


def test_history_may_lag_far_behind_the_ranker(road: Road) -> None:
    for score in (10, 30, 20):
        road.play(("ann", score), ("bob", 5))
        road.deliver(road.rank, 0)
    road.clock.advance(timedelta(minutes=1))
    road.correct(CorrectionKind.VOID, fact=road.facts[2])
    road.deliver(road.history, 3)
    road.deliver(road.rank, 0)
    assert_exact(road)


def test_a_correction_may_come_before_its_play_and_a_play_after_its_correction(road: Road) -> None:
    road.play(("ann", 10))
    road.play(("ann", 20), ("bob", 1))
    road.correct(CorrectionKind.VOID, fact=road.facts[1])
    road.deliver(road.history, 2)
    road.deliver(road.rank, 2)
    assert_exact(road)


def test_facts_that_come_again_after_their_void_stay_out(road: Road) -> None:
    road.play(("ann", 10), ("bob", 1))
    road.drain()
    road.correct(CorrectionKind.VOID, fact=road.facts[0])
    road.drain()
    for queue in (road.rank, road.history):
        for number in range(len(queue.deleted)):
            road.repeat(queue, number)
    assert_exact(road)


def test_a_reset_leaves_what_is_accepted_after_it(road: Road) -> None:
    road.play(("ann", 10), ("bob", 1), level="one")
    road.play(("eve", 7))
    road.deliver(road.rank, 0)
    road.correct(CorrectionKind.RESET)
    road.clock.advance(timedelta(seconds=1))
    road.play(("ann", 2), level="one")
    road.deliver(road.history, 2)
    road.rebuild()
    assert_exact(road)


def test_scores_keep_coming_while_a_board_is_rebuilt_and_its_players_are_corrected(road: Road) -> None:
    for score in range(5):
        road.play(("ann", score), ("bob", 5 - score), level="one")
    road.drain()
    road.generations.request(road.board, board_version=None, reason="test", author="test")
    for calls in range(1, 25, 2):
        road.play(("ann", 10 + calls), ("bob", calls))
        road.rebuild(calls_to_live=calls)
        road.deliver(road.rank, 0)
        if calls == 9:
            road.correct(CorrectionKind.VOID, fact=road.facts[-2])
        road.deliver(road.history, -1)
    assert_exact(road)
