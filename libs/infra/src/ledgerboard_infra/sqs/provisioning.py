"""Make queues the way the consumers need them, and read back how they are.

Safe to run again at any time, also beside running services: what exists is brought to the given attributes and no
message is touched. A queue is never left without its dead-letter queue, which is made first.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledgerboard_infra.errors import MisconfiguredError
from ledgerboard_infra.sqs.client import queue_name, sqs_errors

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.literals import QueueAttributeNameType


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueShape:
    """A queue, its dead-letter queue, and how they treat messages."""

    name: str
    dead_letter_name: str
    visibility_timeout_seconds: int
    max_receives: int
    retention_seconds: int
    dead_letter_retention_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueLimits:
    """What a consumer must know of its queue."""

    visibility_timeout_seconds: int
    max_receives: int


def provision(client: "SQSClient", specs: Sequence[QueueShape]) -> None:
    """Make or update every queue of ``specs``. Raises `UnavailableError` or `RefusedError`."""
    for spec in specs:
        dead_letters = _ensure(
            client, spec.dead_letter_name, {"MessageRetentionPeriod": str(spec.dead_letter_retention_seconds)}
        )
        with sqs_errors():
            answer = client.get_queue_attributes(QueueUrl=dead_letters, AttributeNames=["QueueArn"])
        redrive = {"deadLetterTargetArn": answer["Attributes"]["QueueArn"], "maxReceiveCount": spec.max_receives}
        _ensure(
            client,
            spec.name,
            {
                "VisibilityTimeout": str(spec.visibility_timeout_seconds),
                "MessageRetentionPeriod": str(spec.retention_seconds),
                "RedrivePolicy": json.dumps(redrive),
            },
        )


def queue_limits(client: "SQSClient", queue_url: str) -> QueueLimits:
    """Read a queue's limits. Raises `MisconfiguredError` for one without redrive policy: it could lose messages."""
    with sqs_errors():
        answer = client.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["VisibilityTimeout", "RedrivePolicy"])
    attributes = answer.get("Attributes", {})
    if "RedrivePolicy" not in attributes:
        raise MisconfiguredError(f"queue {queue_name(queue_url)} has no redrive policy: provision the queues first")
    return QueueLimits(
        visibility_timeout_seconds=int(attributes["VisibilityTimeout"]),
        max_receives=int(json.loads(attributes["RedrivePolicy"])["maxReceiveCount"]),
    )


def _ensure(client: "SQSClient", name: str, attributes: "dict[QueueAttributeNameType, str]") -> str:
    with sqs_errors():
        try:
            url = client.get_queue_url(QueueName=name)["QueueUrl"]
        except client.exceptions.QueueDoesNotExist:
            return client.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        client.set_queue_attributes(QueueUrl=url, Attributes=attributes)
        return url
