"""What is under way between a score and its two ends: what waits in the queues, and what workers have in hand.

A message is in hand from when it is received until it is deleted: for milliseconds, or for as long as a worker extends
it because a store is away from that worker alone, or while it stays hidden between two tries.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ledgerboard_infra.sqs.client import sqs_errors

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.literals import QueueAttributeNameType

_WAITING: "Final[Sequence[QueueAttributeNameType]]" = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesDelayed",
)
_IN_HAND: "Final[QueueAttributeNameType]" = "ApproximateNumberOfMessagesNotVisible"


@dataclass(frozen=True, slots=True)
class UnderWay:
    """About how many messages wait for a worker, and how many some worker has in hand."""

    waiting: int
    in_hand: int


class QueueTraffic:
    """The queues of one stage, each before those to which its workers send. Raises `UnavailableError`.

    They are asked in this order: what has left a queue is in a later one by then, or done with. So where all of them
    hold nothing, nothing was under way when the first was asked.
    """

    def __init__(self, client: "SQSClient", queue_urls: Sequence[str]) -> None:
        self._client = client
        self._queue_urls = queue_urls

    def under_way(self) -> UnderWay:
        """All queues together."""
        counts = [self._in(queue_url) for queue_url in self._queue_urls]
        return UnderWay(sum(each.waiting for each in counts), sum(each.in_hand for each in counts))

    def _in(self, queue_url: str) -> UnderWay:
        with sqs_errors():
            answer = self._client.get_queue_attributes(QueueUrl=queue_url, AttributeNames=[*_WAITING, _IN_HAND])
        counts = answer.get("Attributes", {})
        return UnderWay(sum(int(counts.get(name, 0)) for name in _WAITING), int(counts.get(_IN_HAND, 0)))
