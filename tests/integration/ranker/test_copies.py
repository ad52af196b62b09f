"""Two messages with the same envelope, since an answer of the queue was lost: a total counts it once, however late."""

from datetime import UTC, datetime

import pytest
import redis
from sqlalchemy import Engine

from ledgerboard_contracts import ALL_TIME, BoardOptions, CorrectionKind, FactEnvelope, FactsMessage, Policy, View, wire
from tests.integration.ranker.road import Road


@pytest.fixture
def road(valkey: redis.Redis, engine: Engine) -> Road:
    return Road(valkey, engine, BoardOptions(policy=Policy.TOTAL), datetime.now(UTC))


def scores(road: Road) -> dict[str, int]:
    shown = road.standings(View(road.board, ALL_TIME))
    return {each.player.split("-")[0]: each.score for each in shown}


def without_message(road: Road) -> FactEnvelope:
    """An envelope whose message to the ranker was not sent yet; history has it."""
    envelope = road.play(("ann", 5), ("bob", 3))
    road.rank.waiting.clear()
    road.deliver(road.history, 0)
    return envelope


def send(road: Road, envelope: FactEnvelope, *, repeated: bool) -> None:
    road.rank.put(wire.encode(FactsMessage(envelopes=(envelope,))), repeated=repeated)


def settle_and_wait(road: Road) -> None:
    road.settle()
    road.drain()
    road.quarter_of_an_hour()
    road.quarter_of_an_hour()


@pytest.mark.parametrize("first", [False, True])
def test_a_copy_that_comes_after_the_mark_is_gone_adds_nothing(road: Road, *, first: bool) -> None:
    envelope = without_message(road)
    send(road, envelope, repeated=first)
    road.drain()
    settle_and_wait(road)
    send(road, envelope, repeated=not first)
    road.drain()
    assert scores(road) == {"ann": 5, "bob": 3}


def test_a_copy_that_comes_late_and_alone_is_added(road: Road) -> None:
    envelope = without_message(road)
    road.quarter_of_an_hour()
    road.play(("ann", 1))
    road.drain()
    send(road, envelope, repeated=True)
    road.drain()
    assert scores(road) == {"ann": 6, "bob": 3}
    send(road, envelope, repeated=False)
    road.drain()
    assert scores(road) == {"ann": 6, "bob": 3}


def test_what_the_ledger_lacks_while_a_late_copy_is_settled_is_told_again(road: Road) -> None:
    """Other plays of the player are in the boards already and not in the ledger: the drawing takes them away."""
    envelope = without_message(road)
    send(road, envelope, repeated=False)
    road.drain()
    settle_and_wait(road)
    road.play(("ann", 7))
    road.deliver(road.rank, 0)
    send(road, envelope, repeated=True)
    road.deliver(road.rank, 0)
    assert scores(road) == {"ann": 5, "bob": 3}
    road.drain()
    assert scores(road) == {"ann": 12, "bob": 3}


@pytest.mark.parametrize("calls_to_live", range(1, 12))
def test_who_dies_while_settling_a_late_copy_leaves_nothing_in_doubt(road: Road, calls_to_live: int) -> None:
    envelope = without_message(road)
    send(road, envelope, repeated=False)
    road.drain()
    settle_and_wait(road)
    road.play(("ann", 7))
    road.deliver(road.rank, 0)
    send(road, envelope, repeated=True)
    road.deliver(road.rank, 0, calls_to_live=calls_to_live)
    road.deliver(road.history, 0)
    road.drain()
    assert scores(road) == {"ann": 12, "bob": 3}


def test_a_banned_player_stays_away_whatever_copy_comes(road: Road) -> None:
    envelope = without_message(road)
    send(road, envelope, repeated=False)
    road.correct(CorrectionKind.BAN, player="ann")
    road.drain()
    settle_and_wait(road)
    send(road, envelope, repeated=True)
    road.drain()
    assert scores(road) == {"bob": 3}
