"""What a standard queue may do at any time: deliver a message twice, late, and in another order.

Messages are taken from the services' queues, kept for a while, and sent again while the first copy goes its own way.
"""

import random
import threading
from collections import deque
from typing import TYPE_CHECKING, Any, Final, Self

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from ledgerboard_contracts.queues import HISTORY, RANK, SUBMISSIONS
from ledgerboard_dev.embedded import EmbeddedSqs

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

_EVERY_SECONDS: Final = 0.15
_KEPT: Final = 200


class Meddler:
    """A context manager. ``copies`` counts the messages that were sent a second time."""

    def __init__(self, endpoint_url: str, stage: str, seed: int) -> None:
        credentials = EmbeddedSqs.environment
        self._client: SQSClient = boto3.client(
            "sqs",
            endpoint_url=endpoint_url,
            region_name=credentials["AWS_DEFAULT_REGION"],
            aws_access_key_id=credentials["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=credentials["AWS_SECRET_ACCESS_KEY"],
            config=Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 1}),
        )
        names = [queue.full_name(stage) for queue in (SUBMISSIONS, RANK, HISTORY)]
        self._urls = [self._client.get_queue_url(QueueName=name)["QueueUrl"] for name in names]
        self._dice = random.Random(f"{seed}-meddler")
        self._kept: deque[tuple[str, MessageTypeDef]] = deque()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._meddle, daemon=True)
        self.copies = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._thread.join()

    def _meddle(self) -> None:
        while not self._ending.wait(_EVERY_SECONDS):
            try:
                self._take(self._dice.choice(self._urls))
                if len(self._kept) >= _KEPT or (self._kept and self._dice.random() < 0.5):
                    self._send_again()
            except (BotoCoreError, ClientError):
                continue  # The queue server is being troubled; it is not what is tested here.

    def _take(self, url: str) -> None:
        """Read some messages and give them back at once: their rightful consumer gets them next."""
        answer = self._client.receive_message(
            QueueUrl=url, MaxNumberOfMessages=3, WaitTimeSeconds=0, MessageAttributeNames=["All"]
        )
        for message in answer.get("Messages", []):
            self._client.change_message_visibility(
                QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
            )
            self._kept.append((url, message))

    def _send_again(self) -> None:
        """One that was seen some time ago, in whatever order."""
        place = self._dice.randrange(len(self._kept))
        url, message = self._kept[place]
        del self._kept[place]
        attributes: dict[str, Any] = {
            name: {"DataType": "String", "StringValue": each["StringValue"]}
            for name, each in message.get("MessageAttributes", {}).items()
        }
        self._client.send_message(QueueUrl=url, MessageBody=message["Body"], MessageAttributes=attributes)
        self.copies += 1
