"""Put submissions on the queue, many requests in one message.

A request that finds the publisher idle is sent at once. Requests that arrive within some milliseconds after a send, or
while every sender is busy, gather and travel together, so the rate of sends is bounded whatever the rate of requests.
Nobody is told of success before the queue acknowledged the very envelope that carries their submission.
"""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Final, Protocol
from uuid import UUID

from ledgerboard_gateway.buffer import Buffer
from ledgerboard_gateway.metrics import GatewayMetrics
from ledgerboard_gateway.parcels import Outcome, Parcel, seal
from ledgerboard_gateway.settings import PublisherSettings
from ledgerboard_infra.backoff import Backoff
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.logs import get_logger
from ledgerboard_infra.sqs import OutgoingMessage

_BACKOFF: Final = Backoff(base_seconds=0.05, max_seconds=1.0)

_log = get_logger(__name__)


class SubmissionQueue(Protocol):
    """The queue of submissions."""

    def send_one(self, message: OutgoingMessage) -> None:
        """Return once the message is stored, or raise `UnavailableError`."""
        ...


class Publisher:
    """Sends from a few threads of its own and lets every request wait for its own acknowledgement.

    ``start`` before the first ``publish``; ``close`` once, at the end.
    """

    def __init__(
        self,
        queue: SubmissionQueue,
        settings: PublisherSettings,
        metrics: GatewayMetrics,
        new_envelope_id: Callable[[], UUID],
    ) -> None:
        self._queue = queue
        self._settings = settings
        self._metrics = metrics
        self._new_envelope_id = new_envelope_id
        self._buffer = Buffer(settings, metrics)
        self._closing = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, name=f"publisher-{number}", daemon=True)
            for number in range(settings.senders)
        ]

    @property
    def waiting(self) -> int:
        """How many parcels wait to be sent."""
        return self._buffer.parcels

    def start(self) -> None:
        """Start the sending threads."""
        for thread in self._threads:
            thread.start()

    def close(self, timeout_seconds: float) -> None:
        """Take nothing more, send what waits, end the threads. What cannot be sent in time is given up."""
        deadline = time.monotonic() + timeout_seconds
        self._closing.set()
        self._buffer.close()
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def publish(self, parcels: Sequence[Parcel]) -> None:
        """Hand over ``parcels`` and return when each has an outcome. Raises `BufferFullError` and then took none."""
        deadline = time.monotonic() + self._settings.timeout_seconds
        self._buffer.put(parcels, deadline)
        for parcel in parcels:
            if not parcel.wait(deadline - time.monotonic()):
                self._buffer.give_up(parcel)

    def _run(self) -> None:
        while parcels := self._buffer.take():
            self._deliver(parcels)

    def _deliver(self, parcels: list[Parcel]) -> None:
        outcome = Outcome.UNACKNOWLEDGED
        try:
            message = seal(parcels, parcels[0].envelope_id or self._new_envelope_id())
            if self._send_until_acknowledged(message, parcels):
                outcome = Outcome.ACKNOWLEDGED
        except Exception:  # noqa: BLE001 -- the thread's one boundary: an envelope that cannot go must not end all sending.
            _log.exception("an envelope could not be sent", parcels=len(parcels))
        finally:
            self._buffer.settle(parcels, outcome)

    def _send_until_acknowledged(self, message: OutgoingMessage, parcels: list[Parcel]) -> bool:
        """Send the same bytes until they are acknowledged, or nobody waits for them any more.

        The same bytes, because a send may be stored without our hearing of it: the envelope's id then makes the
        repetition harmless, which a newly packed envelope would not be.
        """
        attempt = 0
        while not self._try_send(message, parcels):
            attempt += 1
            if self._closing.wait(_BACKOFF.delay_seconds(attempt)):
                return self._try_send(message, parcels)
            if all(parcel.outcome is not None for parcel in parcels):
                return False
        return True

    def _try_send(self, message: OutgoingMessage, parcels: list[Parcel]) -> bool:
        started = time.perf_counter()
        result = "acknowledged"
        try:
            self._queue.send_one(message)
        except UnavailableError as error:
            result = "unavailable"
            _log.warning("the queue did not take an envelope", error=str(error), parcels=len(parcels))
        seconds = time.perf_counter() - started
        self._metrics.sent(result, seconds, len(message.body), sum(len(parcel.submissions) for parcel in parcels))
        return result == "acknowledged"
