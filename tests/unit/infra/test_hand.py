"""What was let go is never hidden again, and what SQS took away is let go."""

import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from ledgerboard_infra.stream.hand import Hand
from ledgerboard_infra.stream.inbox import Inbox
from ledgerboard_infra.stream.messages import Message, Receipt

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class SlowSqs:
    """Extends visibility when the test says so; ``lost`` handles it does not honour."""

    def __init__(self, *lost: str) -> None:
        self._lost = lost
        self.asked, self.may_answer = threading.Event(), threading.Event()
        self.extended: list[str] = []

    def change_message_visibility_batch(self, *, QueueUrl: str, Entries: Sequence[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803 -- boto3's
        assert QueueUrl
        self.asked.set()
        assert self.may_answer.wait(10)
        self.extended += [entry["ReceiptHandle"] for entry in Entries]
        return {"Failed": [{"Id": entry["Id"]} for entry in Entries if entry["ReceiptHandle"] in self._lost]}


def _receipt(handle: str) -> Receipt:
    message = Message(body="", message_id=handle, receive_count=1, sent_at=datetime(2026, 1, 1, tzinfo=UTC))
    return Receipt(message=message, handle=handle)


def _hand(sqs: SlowSqs, *receipts: Receipt) -> Hand:
    hand = Hand(Inbox(cast("SQSClient", sqs), "http://sqs/0/q"), visibility_timeout_seconds=30)
    hand.take(receipts)
    return hand


def test_letting_go_waits_for_an_extension_under_way() -> None:
    sqs, receipt = SlowSqs(), _receipt("a")
    hand = _hand(sqs, receipt)
    beat = threading.Thread(target=hand.extend)
    beat.start()
    assert sqs.asked.wait(10)
    let_go = threading.Thread(target=hand.let_go, args=([receipt],))
    let_go.start()
    let_go.join(0.2)
    assert let_go.is_alive(), "an extension of this message is under way"
    sqs.may_answer.set()
    let_go.join(10)
    beat.join(10)
    hand.extend()
    assert sqs.extended == ["a"], "never extended after it was let go"


def test_what_sqs_does_not_extend_is_no_longer_held() -> None:
    sqs = SlowSqs("b")
    sqs.may_answer.set()
    kept, lost = _receipt("a"), _receipt("b")
    hand = _hand(sqs, kept, lost)
    hand.extend()
    assert hand.still_held([kept, lost]) == [kept]
    assert hand.all() == [kept]
