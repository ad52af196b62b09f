"""SQS: clients, sending with acknowledgement, dead letters, and the making of queues."""

from ledgerboard_infra.sqs.client import queue_name, resolve_queue_url, sqs_client, sqs_errors
from ledgerboard_infra.sqs.depth import queue_depth
from ledgerboard_infra.sqs.provisioning import QueueLimits, QueueShape, provision, queue_limits
from ledgerboard_infra.sqs.sender import OutgoingMessage, QueueSender, dead_letter

__all__ = [
    "OutgoingMessage",
    "QueueLimits",
    "QueueSender",
    "QueueShape",
    "dead_letter",
    "provision",
    "queue_depth",
    "queue_limits",
    "queue_name",
    "resolve_queue_url",
    "sqs_client",
    "sqs_errors",
]
