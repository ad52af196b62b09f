"""A verdict about a suspect play is given once, and a refused play is voided by one correction however often asked."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from werkzeug.test import TestResponse

from ledgerboard_contracts import CorrectionKind, CorrectionsMessage, wire
from ledgerboard_ledger import Review, ReviewState
from ledgerboard_testkit.events import NOON, event_id
from tests.unit.gateway.gateways import MemoryGateway

WHY = {"reason": "a bot, surely", "author": "grace"}


def suspect(gateway: MemoryGateway, board: str = "race", **others: Any) -> UUID:
    made = event_id()
    fields: dict[str, Any] = {"rules": ("max_gain",), "state": ReviewState.OPEN, "found_at": NOON, "player": "ada"}
    gateway.reviews.kept[made] = Review(
        event_id=made, board=board, **fields | {"score": 7, "occurred_at": NOON} | others
    )
    return made


def decide(gateway: MemoryGateway, event: object, verb: str, **headers: str) -> TestResponse:
    return gateway.write("POST", f"/v1/reviews/{event}/{verb}", WHY, headers=headers)


def corrections(gateway: MemoryGateway) -> list[Any]:
    messages = [wire.SUBMISSIONS.decode(each.body) for each in gateway.queue.sent]
    return [one for each in messages if isinstance(each, CorrectionsMessage) for one in each.corrections]


def test_a_refused_play_is_voided_by_one_correction_however_often_it_is_refused(gateway: MemoryGateway) -> None:
    event = suspect(gateway)
    answers = [decide(gateway, event, "refuse") for _ in range(2)]
    assert [each.status_code for each in answers] == [200, 200]
    assert answers[0].get_json() == answers[1].get_json()
    first, again = corrections(gateway)
    assert first == again
    assert (first.kind, first.event_id, first.player, first.board) == (CorrectionKind.VOID, event, "ada", "race")
    assert (first.reason, first.author, first.occurred_at) == ("a bot, surely", "grace", gateway.clock.now())


def test_what_is_voided_already_is_not_voided_again(gateway: MemoryGateway) -> None:
    event = suspect(gateway, is_voided=True)
    assert decide(gateway, event, "refuse").get_json()["voided"] is True
    assert corrections(gateway) == []


def test_an_approved_play_is_left_alone(gateway: MemoryGateway) -> None:
    event = suspect(gateway)
    answer = decide(gateway, event, "approve")
    assert (answer.status_code, answer.get_json()["state"], answer.get_json()["author"]) == (200, "approved", "grace")
    assert decide(gateway, event, "approve").get_json() == answer.get_json()
    assert corrections(gateway) == []


@pytest.mark.parametrize(("verb", "other"), [("approve", "refuse"), ("refuse", "approve")])
def test_the_opposite_verdict_comes_too_late(gateway: MemoryGateway, verb: str, other: str) -> None:
    event = suspect(gateway)
    decide(gateway, event, verb)
    before = len(corrections(gateway))
    answer = decide(gateway, event, other)
    assert (answer.status_code, answer.get_json()["type"]) == (409, "/docs/problems/review-decided")
    assert len(corrections(gateway)) == before


def test_a_refusal_that_the_queue_did_not_take_is_sent_when_it_is_asked_again(gateway: MemoryGateway) -> None:
    event = suspect(gateway)
    gateway.queue.available = False
    assert decide(gateway, event, "refuse").get_json()["type"] == "/docs/problems/correction-unacknowledged"
    gateway.queue.available = True
    gateway.clock.advance(timedelta(hours=1))
    assert decide(gateway, event, "refuse").status_code == 200
    (sent,) = corrections(gateway)
    assert sent.correction_id == gateway.reviews.kept[event].correction_id
    assert sent.occurred_at == NOON


def test_a_refusal_under_a_key_voids_once(gateway: MemoryGateway) -> None:
    event = suspect(gateway)
    first = decide(gateway, event, "refuse", **{"Idempotency-Key": "k"})
    again = decide(gateway, event, "refuse", **{"Idempotency-Key": "k"})
    assert again.get_json() == first.get_json()
    assert len(corrections(gateway)) == 1


def test_a_refusal_that_came_too_late_leaves_its_key_free(gateway: MemoryGateway) -> None:
    event, other = suspect(gateway), suspect(gateway)
    assert decide(gateway, event, "approve").status_code == 200
    assert decide(gateway, event, "refuse", **{"Idempotency-Key": "k"}).status_code == 409
    assert decide(gateway, other, "refuse", **{"Idempotency-Key": "k"}).status_code == 200


def test_reviews_are_told_oldest_first_page_by_page(gateway: MemoryGateway) -> None:
    events = [suspect(gateway, board) for board in ("race", "chess", "race", "race")]
    decide(gateway, events[0], "approve")
    seen, path = [], "/v1/reviews?board=race&limit=1"
    while path:
        page = gateway.get(path, Authorization=gateway.authorization).get_json()
        seen += [each["event_id"] for each in page["reviews"]]
        path = page["next"]
    assert seen == [str(events[2]), str(events[3])]
    approved = gateway.get("/v1/reviews?state=approved", Authorization=gateway.authorization).get_json()
    assert [each["event_id"] for each in approved["reviews"]] == [str(events[0])]


@pytest.mark.parametrize(("event", "status"), [(event_id(), 404), ("nothing", 400), (UUID(int=7), 400)])
def test_what_nobody_suspected_cannot_be_decided(gateway: MemoryGateway, event: object, status: int) -> None:
    assert decide(gateway, event, "refuse").status_code == status


def test_a_verdict_takes_a_manager(gateway: MemoryGateway) -> None:
    event, player = suspect(gateway), gateway.tokens.issue("ada", "players")
    assert decide(gateway, event, "approve", Authorization=f"Bearer {player}").status_code == 403
    manager = gateway.tokens.issue("mia", "managers")
    assert decide(gateway, event, "approve", Authorization=f"Bearer {manager}").get_json()["author"] == "mia"
