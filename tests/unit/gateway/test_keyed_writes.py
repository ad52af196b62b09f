"""A write under an ``Idempotency-Key`` is done once, and its answer had again by whoever was given it, for a day."""

from datetime import timedelta
from typing import Any, Final

import pytest
from werkzeug.test import TestResponse

from ledgerboard_contracts import CorrectionsMessage, event_time, wire
from ledgerboard_ledger.idempotency import KEPT, LEASE
from tests.unit.gateway.gateways import MAX_BODY_BYTES, MemoryGateway

SCORES: Final = "/v1/boards/race/scores"
ADA: Final = {"player": "ada", "score": 7}


def send(
    gateway: MemoryGateway, body: Any = ADA, *, key: str = "k-1", path: str = SCORES, method: str = "POST", **more: str
) -> TestResponse:
    return gateway.write(method, path, body, headers={"Idempotency-Key": key, **more})


def problem(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, answer.get_json()["type"].removeprefix("/docs/problems/")


def test_a_repeat_is_given_the_same_answer_and_sends_nothing(gateway: MemoryGateway) -> None:
    first, again = send(gateway), send(gateway)
    assert (first.status_code, "Idempotency-Replayed" in first.headers) == (202, False)
    assert (again.status_code, again.data, again.content_type) == (202, first.data, first.content_type)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert first.headers["X-Request-ID"] != again.headers["X-Request-ID"]
    assert len(gateway.queue.sent) == 1
    assert gateway.queue.envelopes[0].keyed
    counted = {
        outcome: gateway.metric("gateway_keyed_requests_total", outcome=outcome) for outcome in ("claimed", "replayed")
    }
    assert counted == {"claimed": 1, "replayed": 1}


def test_without_a_key_each_request_is_another_and_nothing_is_recorded(gateway: MemoryGateway) -> None:
    gateway.keyed.available = False
    assert [gateway.post(SCORES, ADA).status_code for _ in range(2)] == [202, 202]
    assert [envelope.keyed for envelope in gateway.queue.envelopes] == [False, False]


def test_while_the_record_is_down_a_keyed_write_is_refused_and_sends_nothing(gateway: MemoryGateway) -> None:
    gateway.keyed.available = False
    answer = send(gateway)
    assert problem(answer) == (503, "unavailable")
    assert "Retry-After" in answer.headers
    assert gateway.queue.sent == []


@pytest.mark.parametrize(
    "other",
    [{"body": {"player": "ada", "score": 8}}, {"path": "/v1/boards/other/scores"}, {"path": SCORES + "?a=1"}],
)
def test_a_key_that_names_another_request_is_refused(gateway: MemoryGateway, other: dict[str, Any]) -> None:
    assert send(gateway).status_code == 202
    assert problem(send(gateway, **other)) == (409, "idempotency-key-reused")
    assert len(gateway.queue.sent) == 1


def test_one_callers_key_is_not_anothers(gateway: MemoryGateway) -> None:
    server = gateway.keys.make("server", "submit")
    first, other = send(gateway), send(gateway, Authorization=f"Bearer {server}")
    assert (first.status_code, other.status_code) == (202, 202)
    assert first.get_json()["event_id"] != other.get_json()["event_id"]


@pytest.mark.parametrize("key", ["", "k" * 256, "clé", "a\tb", "a\x7f"])
def test_a_key_that_is_none_is_refused_by_the_name_of_the_header(gateway: MemoryGateway, key: str) -> None:
    answer = send(gateway, key=key)
    assert problem(answer) == (400, "invalid-request")
    assert answer.get_json()["errors"][0]["field"] == "Idempotency-Key"
    assert gateway.queue.sent == []


@pytest.mark.parametrize("key", ["k" * 255, ' !"~', "0"])
def test_any_printable_ascii_is_a_key(gateway: MemoryGateway, key: str) -> None:
    assert [send(gateway, key=key).status_code for _ in range(2)] == [202, 202]
    assert len(gateway.queue.sent) == 1


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"{", 400),
        ({"player": "ada"}, 400),
        ({"player": "banned", "score": 1}, 403),
        (b" " * (MAX_BODY_BYTES + 1), 413),
    ],
)
def test_a_request_that_was_refused_leaves_its_key_free_for_a_better_one(
    gateway: MemoryGateway, body: Any, expected: int
) -> None:
    gateway.operating.ban("banned")
    assert send(gateway, body).status_code == expected
    assert send(gateway).status_code == 202


def test_without_a_credential_no_key_is_looked_at(gateway: MemoryGateway) -> None:
    gateway.keyed.available = False
    assert send(gateway, Authorization="Bearer nobody").status_code == 401


def test_an_answer_is_kept_for_a_day_and_then_the_key_is_free(gateway: MemoryGateway) -> None:
    first = send(gateway)
    gateway.clock.advance(KEPT - timedelta(seconds=1))
    assert send(gateway).data == first.data
    gateway.clock.advance(timedelta(seconds=1))
    assert send(gateway).get_json()["event_id"] != first.get_json()["event_id"]


def test_while_the_first_is_under_way_a_repeat_is_asked_to_wait(gateway: MemoryGateway) -> None:
    inner: list[TestResponse] = []
    take = gateway.queue.send_one

    def ask_meanwhile(message: Any) -> None:
        inner.append(send(gateway))
        take(message)

    gateway.queue.send_one = ask_meanwhile  # type: ignore[method-assign]  # A queue during whose send somebody asks.
    assert send(gateway).status_code == 202
    assert problem(inner[0]) == (409, "request-under-way")
    assert inner[0].headers["Retry-After"] == "1"
    assert len(gateway.queue.sent) == 1


def test_a_correction_is_one_correction(gateway: MemoryGateway) -> None:
    asked: dict[str, Any] = {"body": {"reason": "chat", "author": "ops"}, "path": "/v1/players/ada/ban"}
    gateway.queue.available, began = False, gateway.clock.now()
    assert send(gateway, **asked).status_code == 503
    gateway.queue.available = True
    gateway.clock.advance(LEASE)
    first, again = send(gateway, **asked), send(gateway, **asked)
    assert (first.status_code, first.data) == (202, again.data)
    (message,) = [wire.SUBMISSIONS.decode(body) for body in gateway.queue.bodies]
    assert isinstance(message, CorrectionsMessage)
    assert message.corrections[0].occurred_at == event_time(message.corrections[0].correction_id) == began
    assert str(message.corrections[0].correction_id) == first.get_json()["correction_id"]


def test_a_definition_is_made_once(gateway: MemoryGateway) -> None:
    made = [send(gateway, {"order": "asc"}, path="/v1/boards/laps", method="PUT") for _ in range(2)]
    assert [each.status_code for each in made] == [201, 201]
    assert made[1].headers["Idempotency-Replayed"] == "true"
