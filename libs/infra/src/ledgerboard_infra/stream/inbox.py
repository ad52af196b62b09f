"""One queue, seen by its consumer: receive, delete, set when a message becomes visible.

Every call takes any number of receipts and cuts it into requests of ten. A receipt that SQS no longer honours is
reported, not raised: its message is on its way to somebody else, and that is no error.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, TypeVar

from ledgerboard_infra.errors import RefusedError, UnavailableError
from ledgerboard_infra.sqs import queue_limits, queue_name, sqs_errors
from ledgerboard_infra.stream.messages import Message, Receipt

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

    from ledgerboard_infra.sqs import QueueLimits

T = TypeVar("T")

POSTPONED: Final = "postponed_seconds"
"""The attribute of a copy: after how long it was to be seen."""

BATCH_MESSAGES: Final = 10
MAX_VISIBILITY_SECONDS: Final = 12 * 3600
_DEPTHS: Final = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")


class Inbox:
    """The consumer's side of one queue. Safe to share between threads. All methods raise `UnavailableError`."""

    def __init__(self, client: "SQSClient", queue_url: str) -> None:
        self._client = client
        self._url = queue_url
        self.queue: Final = queue_name(queue_url)

    def limits(self) -> "QueueLimits":
        """The queue's visibility timeout and receives. Raises `MisconfiguredError` without a redrive policy."""
        return queue_limits(self._client, self._url)

    def depth(self) -> int:
        """About how many messages the queue holds, those in somebody's hands included."""
        with sqs_errors():
            answer = self._client.get_queue_attributes(QueueUrl=self._url, AttributeNames=[*_DEPTHS])
        return sum(int(answer["Attributes"][name]) for name in _DEPTHS)

    def receive(self, wait_seconds: int) -> list[Receipt]:
        """Up to ten messages; none after ``wait_seconds`` without any."""
        with sqs_errors():
            answer = self._client.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=BATCH_MESSAGES,
                WaitTimeSeconds=wait_seconds,
                MessageAttributeNames=["All"],
                MessageSystemAttributeNames=["ApproximateReceiveCount", "SentTimestamp"],
            )
        return [_receipt(message) for message in answer.get("Messages", [])]

    def delete(self, receipts: Sequence[Receipt]) -> list[Receipt]:
        """Delete, and return the ones that SQS did not delete."""
        failed: list[Receipt] = []
        for chunk in _tens(receipts):
            with sqs_errors():
                answer = self._client.delete_message_batch(
                    QueueUrl=self._url,
                    Entries=[{"Id": str(key), "ReceiptHandle": each.handle} for key, each in enumerate(chunk)],
                )
            failed += [chunk[int(failure["Id"])] for failure in answer.get("Failed", [])]
        return failed

    def show_after(self, delays: Sequence[tuple[Receipt, float]]) -> list[Receipt]:
        """Make each message visible that many seconds from now, rounded. Returns the ones that SQS would not change."""
        failed: list[Receipt] = []
        for chunk in _tens(delays):
            with sqs_errors():
                answer = self._client.change_message_visibility_batch(
                    QueueUrl=self._url,
                    Entries=[
                        {"Id": str(key), "ReceiptHandle": receipt.handle, "VisibilityTimeout": _whole(seconds)}
                        for key, (receipt, seconds) in enumerate(chunk)
                    ],
                )
            failed += [chunk[int(failure["Id"])][0] for failure in answer.get("Failed", [])]
        return failed

    def send_copies(self, delays: Sequence[tuple[Receipt, int]]) -> list[Receipt]:
        """Put a copy of each message into the queue, to be seen after so many seconds. Returns those without one."""
        failed: list[Receipt] = []
        for receipt, delay_seconds in delays:  # One by one: ten messages may be more than one request may carry.
            message = receipt.message
            attributes = {**message.attributes, POSTPONED: str(delay_seconds)}
            try:
                with sqs_errors():
                    self._client.send_message(
                        QueueUrl=self._url,
                        MessageBody=message.body,
                        MessageAttributes={
                            name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()
                        },
                        DelaySeconds=delay_seconds,
                    )
            except (UnavailableError, RefusedError):
                failed.append(receipt)
        return failed


def _tens(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), BATCH_MESSAGES):
        yield items[start : start + BATCH_MESSAGES]


def _whole(seconds: float) -> int:
    return min(max(round(seconds), 0), MAX_VISIBILITY_SECONDS)


def _receipt(raw: "MessageTypeDef") -> Receipt:
    system = raw.get("Attributes", {})
    texts = {name: value.get("StringValue") for name, value in raw.get("MessageAttributes", {}).items()}
    message = Message(
        body=raw.get("Body", ""),
        message_id=raw.get("MessageId", ""),
        receive_count=int(system.get("ApproximateReceiveCount", "1")),
        sent_at=datetime.fromtimestamp(int(system.get("SentTimestamp", "0")) / 1000, UTC),
        attributes={name: text for name, text in texts.items() if text is not None},
    )
    return Receipt(message=message, handle=raw.get("ReceiptHandle", ""))
