"""A message may come again at any time: a copy of it, or itself after it was deleted. A total counts it once.

SQS may show a deleted message again without a bound, with a receive count of 1, and may answer a deletion that it does
not carry out as if it had. Whoever sends again what was not answered makes a copy. None of them can be told from a
first delivery, and nothing here tries to.
"""

from datetime import UTC, datetime, timedelta

import pytest
import redis
from sqlalchemy import Engine

from ledgerboard_contracts import ALL_TIME, BoardOptions, CorrectionKind, FactEnvelope, FactsMessage, Policy, View, wire
from tests.integration.ranker.road import Road


@pytest.fixture
def road(valkey: redis.Redis, engine: Engine) -> Road:
    """One on which totals forget soon what they added."""
    return Road(valkey, engine, BoardOptions(policy=Policy.TOTAL), datetime.now(UTC), mark_seconds=0.02)


def scores(road: Road) -> dict[str, int]:
    shown = road.standings(View(road.board, ALL_TIME))
    return {each.player.split("-")[0]: each.score for each in shown}


def without_message(road: Road) -> FactEnvelope:
    """An envelope whose message to the ranker was not sent yet; history has it."""
    envelope = road.play(("ann", 5), ("bob", 3))
    road.rank.waiting.clear()
    road.deliver(road.history, 0)
    return envelope


def send(road: Road, envelope: FactEnvelope) -> None:
    road.rank.put(wire.encode(FactsMessage(envelopes=(envelope,))))


def drain_and_forget(road: Road) -> None:
    road.drain()
    road.await_forgotten()


@pytest.mark.parametrize("times", [1, 3])
def test_a_deleted_message_that_comes_again_after_its_mark_is_gone_adds_nothing(road: Road, times: int) -> None:
    road.play(("ann", 5), ("bob", 3))
    drain_and_forget(road)
    for _ in range(times):
        road.repeat(road.rank, 0)
        drain_and_forget(road)
    assert scores(road) == {"ann": 5, "bob": 3}


def test_a_copy_that_comes_late_and_alone_is_added_once(road: Road) -> None:
    envelope = without_message(road)
    road.play(("ann", 1))
    drain_and_forget(road)
    for _ in range(2):
        send(road, envelope)
        drain_and_forget(road)
        assert scores(road) == {"ann": 6, "bob": 3}


def test_what_the_ledger_lacks_while_a_late_copy_is_settled_is_told_again(road: Road) -> None:
    """Other plays of the player are in the boards already and not in the ledger: the drawing takes them away."""
    envelope = without_message(road)
    send(road, envelope)
    drain_and_forget(road)
    road.clock.advance(timedelta(seconds=1))
    road.play(("ann", 7))
    road.deliver(road.rank, 0)
    send(road, envelope)
    road.deliver(road.rank, 0)
    assert scores(road) == {"ann": 5, "bob": 3}
    road.drain()
    assert scores(road) == {"ann": 12, "bob": 3}


@pytest.mark.parametrize("calls_to_live", range(1, 16))
def test_who_dies_while_settling_a_late_copy_leaves_nothing_in_doubt(road: Road, calls_to_live: int) -> None:
    envelope = without_message(road)
    send(road, envelope)
    drain_and_forget(road)
    road.clock.advance(timedelta(seconds=1))
    road.play(("ann", 7))
    road.deliver(road.rank, 0)
    send(road, envelope)
    road.deliver(road.rank, 0, calls_to_live=calls_to_live)
    road.deliver(road.history, 0)
    road.drain()
    assert scores(road) == {"ann": 12, "bob": 3}


def test_what_was_told_again_and_forgotten_is_not_added_when_it_is_told_once_more(road: Road) -> None:
    """A late fact is added under a mark of its own, which goes as every mark does."""
    envelope = without_message(road)
    send(road, envelope)
    drain_and_forget(road)
    send(road, envelope)
    drain_and_forget(road)
    late = road.play(("ann", 7))
    for _ in range(3):
        road.repeat(road.history, 1)
        send(road, late)
        drain_and_forget(road)
    assert scores(road) == {"ann": 12, "bob": 3}


def test_a_banned_player_stays_away_whatever_copy_comes(road: Road) -> None:
    envelope = without_message(road)
    send(road, envelope)
    road.correct(CorrectionKind.BAN, player="ann")
    drain_and_forget(road)
    send(road, envelope)
    road.drain()
    assert scores(road) == {"bob": 3}


def test_a_copy_for_a_board_that_was_deleted_is_done(road: Road) -> None:
    envelope = without_message(road)
    send(road, envelope)
    drain_and_forget(road)
    road.correct(CorrectionKind.DELETE)
    drain_and_forget(road)
    send(road, envelope)
    drain_and_forget(road)
    assert scores(road) == {}
