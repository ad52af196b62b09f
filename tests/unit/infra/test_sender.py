"""Sending in part, dead letters, and the limits of a request, against an SQS that answers as told."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerboard_infra.errors import RefusedError, UnavailableError
from ledgerboard_infra.sqs import OutgoingMessage, QueueSender, dead_letter

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

Entries = Sequence[dict[str, Any]]
_THROTTLED = {"Code": "ThrottlingException", "SenderFault": True}
_INVALID = {"Code": "InvalidMessageContents", "SenderFault": True, "Message": "control character"}


class ScriptedSqs:
    """Accepts every entry but those that ``refuse`` gives a failure for."""

    def __init__(self, refuse: Callable[[int, str], dict[str, Any] | None]) -> None:
        self._refuse = refuse
        self.requests: list[list[str]] = []

    def send_message_batch(self, *, QueueUrl: str, Entries: Entries) -> dict[str, Any]:  # noqa: N803 -- boto3's names
        assert QueueUrl == "http://sqs/0/q"
        self.requests.append([entry["MessageBody"] for entry in Entries])
        verdicts = [(entry["Id"], self._refuse(len(self.requests), entry["MessageBody"])) for entry in Entries]
        return {
            "Successful": [{"Id": key} for key, failure in verdicts if failure is None],
            "Failed": [{"Id": key, **failure} for key, failure in verdicts if failure is not None],
        }


def _sender(sqs: ScriptedSqs) -> QueueSender:
    return QueueSender(cast("SQSClient", sqs), "http://sqs/0/q", pause=lambda _: None)


def _messages(*bodies: str) -> list[OutgoingMessage]:
    return [OutgoingMessage(body) for body in bodies]


def test_only_what_was_not_acknowledged_is_sent_again() -> None:
    sqs = ScriptedSqs(lambda request, body: _THROTTLED if body == "b" and request < 3 else None)
    _sender(sqs).send(_messages("a", "b", "c"))
    assert sqs.requests == [["a", "b", "c"], ["b"], ["b"]]


def test_what_is_never_acknowledged_is_an_outage() -> None:
    sqs = ScriptedSqs(lambda _, body: _THROTTLED if body == "b" else None)
    with pytest.raises(UnavailableError, match=r"q did not acknowledge 1 messages: \['ThrottlingException'\]"):
        _sender(sqs).send(_messages("a", "b"))
    assert len(sqs.requests) == 4


def test_what_sqs_will_never_take_is_refused_without_insisting() -> None:
    sqs = ScriptedSqs(lambda _, body: _INVALID if body == "b" else None)
    with pytest.raises(RefusedError, match="control character"):
        _sender(sqs).send(_messages("a", "b"))
    assert len(sqs.requests) == 1


def test_an_acknowledgement_that_is_missing_is_not_taken_for_granted() -> None:
    class Forgetful(ScriptedSqs):
        def send_message_batch(self, *, QueueUrl: str, Entries: Entries) -> dict[str, Any]:  # noqa: N803 -- as above
            return {"Successful": super().send_message_batch(QueueUrl=QueueUrl, Entries=Entries)["Successful"][1:]}

    with pytest.raises(UnavailableError, match="did not acknowledge 1"):
        _sender(Forgetful(lambda *_: None)).send(_messages("a"))


@given(sizes=st.lists(st.integers(1, 262_144), max_size=40))
def test_requests_keep_within_ten_messages_and_256_kib_and_keep_the_order(sizes: list[int]) -> None:
    sqs = ScriptedSqs(lambda *_: None)
    bodies = ["x" * size for size in sizes]
    _sender(sqs).send(_messages(*bodies))
    assert [body for request in sqs.requests for body in request] == bodies
    assert all(len(request) <= 10 and sum(map(len, request)) <= 256 * 1024 for request in sqs.requests)


def test_a_size_counts_bytes_and_attributes() -> None:
    assert OutgoingMessage("é", {"k": "vé"}).size_bytes == 2 + len("k") + len("String") + 3


@given(reason=st.text(), value=st.text(max_size=2000))
def test_a_dead_letter_can_always_be_sent(reason: str, value: str) -> None:
    letter = dead_letter("body", reason, source={"source_queue": value})
    for text in letter.attributes.values():
        assert 0 < len(text.encode()) <= 1024
        assert all(character in "\t\n\r" or character >= " " for character in text)
        assert not any("\ud800" <= character <= "\udfff" or character in "\ufffe\uffff" for character in text)


def test_a_dead_letter_keeps_reason_and_origin_and_no_more_than_ten_attributes() -> None:
    source = {"source_queue": "rank", "reason": "of before", **{f"a{n}": "x" for n in range(12)}}
    letter = dead_letter("body", "too old", source=source)
    assert (letter.attributes["reason"], letter.attributes["source_queue"]) == ("too old", "rank")
    assert len(letter.attributes) == 10
