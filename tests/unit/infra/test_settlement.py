"""The order of settling is what makes a crash harmless."""

import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

import pytest
from prometheus_client import CollectorRegistry

from ledgerboard_infra.backoff import Backoff
from ledgerboard_infra.metrics import StreamMetrics
from ledgerboard_infra.sqs import QueueSender
from ledgerboard_infra.stream.hand import Hand
from ledgerboard_infra.stream.inbox import Inbox
from ledgerboard_infra.stream.messages import Dead, Done, Later, Message, Receipt
from ledgerboard_infra.stream.outage import Outage, Patience, StoppedError
from ledgerboard_infra.stream.settlement import Settlement

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


Entries = Sequence[dict[str, Any]]


class RecordingSqs:
    """Remembers what it was asked, in order. Takes letters only while ``takes_letters``, deletes all but ``kept``."""

    def __init__(self, *, takes_letters: bool = True, kept: str = "") -> None:
        self._takes_letters = takes_letters
        self._kept = kept
        self.steps: list[str] = []

    def send_message(
        self, *, QueueUrl: str, MessageBody: str, MessageAttributes: dict[str, dict[str, str]], DelaySeconds: int,  # noqa: N803 -- boto3's names
    ) -> None:  # fmt: skip
        named = {name: each["StringValue"] for name, each in MessageAttributes.items()}
        self.steps.append(f"send {MessageBody} to {QueueUrl} in {DelaySeconds} s as {named}")

    def send_message_batch(self, *, QueueUrl: str, Entries: Entries) -> dict[str, Any]:  # noqa: N803 -- boto3's names
        self.steps.append(f"send to {QueueUrl}")
        outcome = "Successful" if self._takes_letters else "Failed"
        return {outcome: [{"Id": each["Id"], "Code": "InternalError", "SenderFault": False} for each in Entries]}

    def delete_message_batch(self, *, QueueUrl: str, Entries: Entries) -> dict[str, Any]:  # noqa: N803 -- boto3's names
        self.steps += [f"delete {each['ReceiptHandle']} of {QueueUrl}" for each in Entries]
        failed = [each["Id"] for each in Entries if each["ReceiptHandle"] == self._kept]
        return {"Failed": [{"Id": key, "Code": "ReceiptHandleIsInvalid", "SenderFault": True} for key in failed]}


def _receipt(handle: str, **attributes: str) -> Receipt:
    sent_at = datetime(2026, 1, 1, tzinfo=UTC)
    message = Message(body="b", message_id=handle, receive_count=1, sent_at=sent_at, attributes=attributes)
    return Receipt(message=message, handle=handle)


def _settlement(sqs: RecordingSqs, stopping: threading.Event) -> Settlement:
    client, backoff = cast("SQSClient", sqs), Backoff(base_seconds=0, max_seconds=0)
    inbox = Inbox(client, "queue")
    return Settlement(
        inbox,
        Hand(inbox, visibility_timeout_seconds=30),
        QueueSender(client, "dlq", pause=lambda _: None),
        Patience(Outage("dead letters", "queue"), stopping, backoff),
        StreamMetrics(CollectorRegistry(), "test"),
        max_receives=3,
        retry_backoff=backoff,
    )


def test_a_dead_message_is_deleted_only_after_its_letter_was_acknowledged() -> None:
    sqs = RecordingSqs()
    _settlement(sqs, threading.Event()).settle([(_receipt("a"), Dead("broken")), (_receipt("b"), Done())])
    assert sqs.steps == ["delete b of queue", "send to dlq", "delete a of queue"]


def test_a_dead_message_whose_letter_nobody_takes_is_never_deleted() -> None:
    sqs, stopping = RecordingSqs(takes_letters=False), threading.Event()
    stopping.set()
    with pytest.raises(StoppedError):
        _settlement(sqs, stopping).settle([(_receipt("a"), Dead("broken"))])
    assert set(sqs.steps) == {"send to dlq"}


@pytest.mark.parametrize(
    ("before", "after"), [({}, 5), ({"postponed_seconds": "5"}, 10), ({"postponed_seconds": "40"}, 60)]
)
def test_what_waited_often_comes_again_less_often(before: dict[str, str], after: int) -> None:
    """And the copy is there before the message goes."""
    sqs = RecordingSqs()
    _settlement(sqs, threading.Event()).settle([(_receipt("a", **before), Later("somebody is busy"))])
    said = {"postponed_seconds": str(after)}
    assert sqs.steps == [f"send b to queue in {after} s as {said}", "delete a of queue"]
