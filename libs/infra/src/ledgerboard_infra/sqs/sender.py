"""Send messages and know that SQS has them.

`QueueSender.send` returns only when every single message was acknowledged; a batch that SQS accepted in part is sent
again in part. A repeated send makes duplicates, which every consumer forgives, and never a loss.
"""

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ledgerboard_infra.backoff import Backoff
from ledgerboard_infra.errors import RefusedError, UnavailableError
from ledgerboard_infra.sqs.client import is_callers_fault, queue_name, sqs_errors

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import (
        BatchResultErrorEntryTypeDef,
        MessageAttributeValueTypeDef,
        SendMessageBatchRequestEntryTypeDef,
    )

MAX_BATCH_MESSAGES: Final = 10
MAX_BATCH_BYTES: Final = 256 * 1024
MAX_REASON_BYTES: Final = 1024
MAX_ATTRIBUTES: Final = 10

_ATTEMPTS: Final = 4
_DATA_TYPE: Final = "String"
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What SQS does not take in text: it must be valid XML 1.0."""


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """What to send: text, and attributes beside it."""

    body: str
    attributes: Mapping[str, str] = field(default_factory=dict)

    @property
    def size_bytes(self) -> int:
        """The size as SQS counts it: body, and of each attribute name, type and value."""
        attributes = sum(len(k.encode()) + len(_DATA_TYPE) + len(v.encode()) for k, v in self.attributes.items())
        return len(self.body.encode()) + attributes


def dead_letter(body: str, reason: str, *, source: Mapping[str, str]) -> OutgoingMessage:
    """``body`` with the reason why nobody can use it and, from ``source``, where it came from."""
    attributes = {"reason": _clean(reason) or "unknown"}
    attributes.update((name, _clean(value)) for name, value in source.items() if value and name != "reason")
    return OutgoingMessage(body, dict(list(attributes.items())[:MAX_ATTRIBUTES]))


class QueueSender:
    """Sends to one queue. Safe to share between threads."""

    def __init__(self, client: "SQSClient", queue_url: str, *, pause: Callable[[float], None] = time.sleep) -> None:
        self._client = client
        self._queue_url = queue_url
        self._pause = pause
        self._backoff = Backoff(base_seconds=0.05, max_seconds=1.0)

    def send(self, messages: Sequence[OutgoingMessage]) -> None:
        """Send all. Raises `UnavailableError` if SQS did not acknowledge all, `RefusedError` if it never will."""
        for chunk in _chunks(messages):
            self._send_chunk(chunk)

    def send_one(self, message: OutgoingMessage) -> None:
        """Send one message with SendMessage, which costs less than a batch of one. Raises like `send`."""
        with sqs_errors():
            self._client.send_message(
                QueueUrl=self._queue_url, MessageBody=message.body, MessageAttributes=_attributes(message)
            )

    def _send_chunk(self, chunk: Sequence[OutgoingMessage]) -> None:
        waiting = dict(enumerate(chunk))
        failed: Sequence[BatchResultErrorEntryTypeDef] = ()
        for attempt in range(1, _ATTEMPTS + 1):
            with sqs_errors():
                answer = self._client.send_message_batch(
                    QueueUrl=self._queue_url, Entries=[_entry(key, message) for key, message in waiting.items()]
                )
            for sent in answer.get("Successful", []):
                del waiting[int(sent["Id"])]
            if not waiting:
                return
            failed = answer.get("Failed", [])
            self._refuse_hopeless(failed)
            if attempt < _ATTEMPTS:
                self._pause(self._backoff.delay_seconds(attempt))
        codes = sorted({failure["Code"] for failure in failed})
        raise UnavailableError(f"{queue_name(self._queue_url)} did not acknowledge {len(waiting)} messages: {codes}")

    def _refuse_hopeless(self, failed: Sequence["BatchResultErrorEntryTypeDef"]) -> None:
        for failure in failed:
            if failure["SenderFault"] and is_callers_fault(failure["Code"]):
                words = failure.get("Message", "")
                raise RefusedError(f"{queue_name(self._queue_url)} refused a message: {failure['Code']} {words}")


def _chunks(messages: Sequence[OutgoingMessage]) -> Iterator[Sequence[OutgoingMessage]]:
    """Cut into what one request may carry. A message too large by itself goes alone, for SQS to judge."""
    chunk: list[OutgoingMessage] = []
    size_bytes = 0
    for message in messages:
        if chunk and (len(chunk) == MAX_BATCH_MESSAGES or size_bytes + message.size_bytes > MAX_BATCH_BYTES):
            yield chunk
            chunk, size_bytes = [], 0
        chunk.append(message)
        size_bytes += message.size_bytes
    if chunk:
        yield chunk


def _entry(key: int, message: OutgoingMessage) -> "SendMessageBatchRequestEntryTypeDef":
    return {"Id": str(key), "MessageBody": message.body, "MessageAttributes": _attributes(message)}


def _attributes(message: OutgoingMessage) -> dict[str, "MessageAttributeValueTypeDef"]:
    return {name: {"DataType": _DATA_TYPE, "StringValue": value} for name, value in message.attributes.items()}


def _clean(text: str) -> str:
    """``text`` as an attribute may carry it: allowed characters only, bounded in bytes."""
    return _FORBIDDEN.sub("\ufffd", text).encode()[:MAX_REASON_BYTES].decode(errors="ignore")
