"""How much waits on the queues, as the SQS server tells it."""

from typing import Final

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from ledgerboard_contracts.queues import HISTORY, RANK, SUBMISSIONS
from ledgerboard_dev.embedded import EmbeddedSqs

_QUEUES: Final = (SUBMISSIONS, RANK, HISTORY)
_VISIBLE: Final = "ApproximateNumberOfMessages"
_IN_FLIGHT: Final = "ApproximateNumberOfMessagesNotVisible"


class Depths:
    """Messages, waiting and in hand, of each queue that carries scores."""

    def __init__(self, endpoint_url: str, stage: str) -> None:
        self._client = boto3.client(
            "sqs",
            endpoint_url=endpoint_url,
            region_name=EmbeddedSqs.environment["AWS_DEFAULT_REGION"],
            aws_access_key_id=EmbeddedSqs.environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=EmbeddedSqs.environment["AWS_SECRET_ACCESS_KEY"],
        )
        self._urls = {
            spec.name: self._client.get_queue_url(QueueName=spec.full_name(stage))["QueueUrl"] for spec in _QUEUES
        }

    def read(self) -> dict[str, int]:
        """The depth of each queue; nothing while the server does not answer."""
        try:
            return {name: self._depth(url) for name, url in self._urls.items()}
        except (BotoCoreError, ClientError):
            return {}

    def _depth(self, url: str) -> int:
        answer = self._client.get_queue_attributes(QueueUrl=url, AttributeNames=[_VISIBLE, _IN_FLIGHT])
        return int(answer["Attributes"][_VISIBLE]) + int(answer["Attributes"][_IN_FLIGHT])
