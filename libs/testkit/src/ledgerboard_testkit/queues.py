"""A real queue with its dead letters, made for one test.

Its name is fresh, so tests that share a server never see each other's messages.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

from ledgerboard_infra.sqs import OutgoingMessage, QueueSender, QueueShape, provision, resolve_queue_url

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef


@dataclass(frozen=True, slots=True)
class Depth:
    """Messages in a queue, as SQS counts them."""

    visible: int
    in_flight: int


@dataclass(frozen=True, slots=True)
class RealQueue:
    """A queue, and what a test asks of it."""

    client: "SQSClient"
    url: str
    dead_letter_url: str

    def send(self, *bodies: str, correlation_id: str = "") -> None:
        """One message a body."""
        attributes = {"correlation_id": correlation_id} if correlation_id else {}
        QueueSender(self.client, self.url).send([OutgoingMessage(body, attributes) for body in bodies])

    def depth(self) -> Depth:
        """What is in the queue now."""
        answer = self.client.get_queue_attributes(
            QueueUrl=self.url,
            AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
        )
        counts = answer["Attributes"]
        return Depth(int(counts["ApproximateNumberOfMessages"]), int(counts["ApproximateNumberOfMessagesNotVisible"]))

    def is_empty(self) -> bool:
        """Whether nothing is left, neither visible nor in flight."""
        return self.depth() == Depth(0, 0)

    def receive(self) -> "list[MessageTypeDef]":
        """What is visible now, at most ten, with attributes and receive counts."""
        answer = self.client.receive_message(
            QueueUrl=self.url,
            MaxNumberOfMessages=10,
            MessageAttributeNames=["All"],
            MessageSystemAttributeNames=["ApproximateReceiveCount"],
        )
        return answer.get("Messages", [])

    def dead_letters(self) -> dict[str, dict[str, str]]:
        """Body to attributes of every dead letter, taken off the dead-letter queue."""
        found: dict[str, dict[str, str]] = {}
        while messages := self._receive_dead():
            for each in messages:
                attributes = each.get("MessageAttributes", {})
                found[each["Body"]] = {name: value.get("StringValue", "") for name, value in attributes.items()}
                self.client.delete_message(QueueUrl=self.dead_letter_url, ReceiptHandle=each["ReceiptHandle"])
        return found

    def _receive_dead(self) -> "list[MessageTypeDef]":
        answer = self.client.receive_message(
            QueueUrl=self.dead_letter_url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
        )
        return answer.get("Messages", [])


def queue_shape(name: str, *, visibility_timeout_seconds: int = 30, max_receives: int = 3) -> QueueShape:
    """A queue fit for a test, and its dead-letter queue."""
    return QueueShape(
        name=name,
        dead_letter_name=f"{name}-dlq",
        visibility_timeout_seconds=visibility_timeout_seconds,
        max_receives=max_receives,
        retention_seconds=3600,
        dead_letter_retention_seconds=7200,
    )


def make_queue(client: "SQSClient", *, visibility_timeout_seconds: int = 30, max_receives: int = 3) -> RealQueue:
    """A fresh queue and its dead-letter queue."""
    shape = queue_shape(
        f"test-{uuid4().hex}",
        visibility_timeout_seconds=visibility_timeout_seconds,
        max_receives=max_receives,
    )
    provision(client, [shape])
    return RealQueue(client, resolve_queue_url(client, shape.name), resolve_queue_url(client, shape.dead_letter_name))
