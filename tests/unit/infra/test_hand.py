"""What was let go is never hidden again, and what SQS took away is let go."""

import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.exceptions import EndpointConnectionError

from ledgerboard_infra.errors import UnavailableError
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


class CutOff:
    """A network that lets nothing through."""

    def change_message_visibility_batch(self, **_: object) -> dict[str, Any]:
        raise EndpointConnectionError(endpoint_url="http://sqs")


def _receipt(handle: str) -> Receipt:
    message = Message(body="", message_id=handle, receive_count=1, sent_at=datetime(2026, 1, 1, tzinfo=UTC))
    return Receipt(message=message, handle=handle)


def _hand(sqs: "SlowSqs | CutOff", *receipts: Receipt, moments: Iterator[float] | None = None) -> Hand:
    inbox, clock = Inbox(cast("SQSClient", sqs), "http://sqs/0/q"), moments or count()
    hand = Hand(inbox, visibility_timeout_seconds=30, monotonic=lambda: next(clock))
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


def test_what_was_not_extended_for_too_long_is_asked_for_before_it_is_worked_on() -> None:
    """Somebody else may have got it, and be done with it since long."""
    sqs, kept, lost = SlowSqs("b"), _receipt("a"), _receipt("b")
    sqs.may_answer.set()
    hand = _hand(sqs, kept, lost, moments=iter([0, 31, 31, 60, 62, 62]))
    assert hand.confirmed([kept, lost]) == [kept]
    assert hand.confirmed([kept]) == [kept]
    assert sqs.extended == ["a", "b"], "asked once, and not while the answer still holds"
    assert hand.confirmed([kept]) == [kept]
    assert sqs.extended == ["a", "b", "a"]


def test_who_is_cut_off_from_sqs_for_too_long_works_on_nothing() -> None:
    receipt = _receipt("a")
    hand = _hand(CutOff(), receipt, moments=iter([0, 29, 31, 31]))
    assert hand.confirmed([receipt]) == [receipt]
    with pytest.raises(UnavailableError):
        hand.confirmed([receipt])
