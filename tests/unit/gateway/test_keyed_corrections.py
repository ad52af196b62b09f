"""A keyed correction that reached the queue unseen is asked for again and is the very same correction."""

from datetime import timedelta
from typing import Any, Final

import pytest
from werkzeug.test import TestResponse

from ledgerboard_contracts import Correction, CorrectionsMessage, wire
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.sqs import OutgoingMessage
from ledgerboard_ledger.idempotency import LEASE
from ledgerboard_testkit.events import fact
from tests.unit.gateway.gateways import MemoryGateway

WHY: Final = {"reason": "chat", "author": "ops"}
PLAYED: Final = fact("ada", 7)
WAYS: Final = {
    "void": f"/v1/events/{PLAYED.event_id}/void",
    "ban": "/v1/players/ada/ban",
    "unban": "/v1/players/ada/unban",
    "erase": "/v1/players/ada/erase",
    "reset": "/v1/boards/race/reset",
    "delete": "/v1/boards/race?reason=chat&author=ops",
}


def ask(gateway: MemoryGateway, kind: str) -> TestResponse:
    method, body = ("DELETE", b"") if kind == "delete" else ("POST", WHY)
    return gateway.write(method, WAYS[kind], body, headers={"Idempotency-Key": "k-1"})


def corrections(gateway: MemoryGateway) -> list[Correction]:
    read = [wire.SUBMISSIONS.decode(body) for body in gateway.queue.bodies]
    return [made for each in read if isinstance(each, CorrectionsMessage) for made in each.corrections]


@pytest.fixture
def told_nothing(gateway: MemoryGateway, monkeypatch: pytest.MonkeyPatch) -> MemoryGateway:
    """A gateway whose queue stores the first message and is not heard to."""
    gateway.record.ensure("race")
    gateway.ledger.add("race", PLAYED)
    take = gateway.queue.send_one

    def take_in_silence(message: OutgoingMessage) -> None:
        take(message)
        monkeypatch.undo()
        raise UnavailableError("no answer")

    monkeypatch.setattr(gateway.queue, "send_one", take_in_silence)
    return gateway


@pytest.mark.parametrize("kind", WAYS)
def test_both_messages_are_the_same_correction(told_nothing: MemoryGateway, kind: str) -> None:
    began = told_nothing.clock.now()
    assert ask(told_nothing, kind).status_code == 503
    told_nothing.clock.advance(LEASE + timedelta(minutes=5))
    answer: Any = ask(told_nothing, kind)
    first, second = corrections(told_nothing)
    assert (answer.status_code, first) == (202, second)
    assert answer.get_json()["correction_id"] == str(first.correction_id)
    assert first.occurred_at == began
