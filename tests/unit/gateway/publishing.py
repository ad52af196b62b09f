"""A publisher over a queue that the test lets go."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from prometheus_client import CollectorRegistry

from ledgerboard_contracts import SubmissionEnvelope, wire
from ledgerboard_gateway.metrics import GatewayMetrics
from ledgerboard_gateway.publisher import Publisher
from ledgerboard_gateway.settings import PublisherSettings
from ledgerboard_infra.sqs import OutgoingMessage


class HeldQueue:
    """Holds every send until it is let go; then takes it, or raises ``error``."""

    def __init__(self) -> None:
        self.tried: list[OutgoingMessage] = []
        self.taken: list[OutgoingMessage] = []
        self.error: Exception | None = None
        self.open = threading.Event()

    def send_one(self, message: OutgoingMessage) -> None:
        self.tried.append(message)
        assert self.open.wait(10)
        if self.error is not None:
            raise self.error
        self.taken.append(message)

    @property
    def envelopes(self) -> list[SubmissionEnvelope]:
        messages = [wire.SUBMISSIONS.decode(message.body) for message in self.taken]
        return [message for message in messages if isinstance(message, SubmissionEnvelope)]


@contextmanager
def publishing(queue: HeldQueue, **options: float) -> Iterator[Publisher]:
    defaults: dict[str, float] = {"senders": 1, "timeout_seconds": 5, "linger_seconds": 0.005}
    chosen = PublisherSettings(**(defaults | options))  # type: ignore[arg-type]  # The values are of the fields' types.
    publisher = Publisher(queue, chosen, GatewayMetrics(CollectorRegistry()), uuid4)
    publisher.start()
    try:
        yield publisher
    finally:
        queue.open.set()
        publisher.close(5)
