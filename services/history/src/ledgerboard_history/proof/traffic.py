"""What waits in the queues between a score and its two ends.

Messages in a worker's hands are not counted: on a busy stage there are always some, and they are done with, or wait
again, within the queue's visibility timeout.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from ledgerboard_infra.sqs.client import sqs_errors

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.literals import QueueAttributeNameType

_WAITING: "Final[Sequence[QueueAttributeNameType]]" = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesDelayed",
)


class QueueTraffic:
    """The queues of one stage. Raises `UnavailableError` where SQS does not answer."""

    def __init__(self, client: "SQSClient", queue_urls: Sequence[str]) -> None:
        self._client = client
        self._queue_urls = queue_urls

    def waiting(self) -> int:
        """About how many messages no worker has in hand."""
        return sum(map(self._waiting_in, self._queue_urls))

    def _waiting_in(self, queue_url: str) -> int:
        with sqs_errors():
            answer = self._client.get_queue_attributes(QueueUrl=queue_url, AttributeNames=_WAITING)
        counts = answer.get("Attributes", {})
        return sum(int(counts.get(name, 0)) for name in _WAITING)
