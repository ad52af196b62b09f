"""How much a queue holds: what waits, what is in a consumer's hand, and what is delayed. SQS tells it approximately."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ledgerboard_infra.sqs.client import sqs_errors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.literals import QueueAttributeNameType

_COUNTS: "Final[Sequence[QueueAttributeNameType]]" = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """How many messages wait for a consumer, are in a consumer's hand, and are delayed."""

    waiting: int
    in_hand: int
    delayed: int

    @property
    def total(self) -> int:
        """All that nobody has deleted yet."""
        return self.waiting + self.in_hand + self.delayed


def queue_depth(client: "SQSClient", queue_url: str) -> int:
    """The number of messages in the queue that nobody has deleted yet. Raises `UnavailableError`."""
    return queue_counts(client, queue_url).total


def queue_counts(client: "SQSClient", queue_url: str) -> QueueCounts:
    """The same, by where they are. Raises `UnavailableError`."""
    with sqs_errors():
        attributes = client.get_queue_attributes(QueueUrl=queue_url, AttributeNames=_COUNTS).get("Attributes", {})
    return QueueCounts(*(int(attributes.get(name, 0)) for name in _COUNTS))
