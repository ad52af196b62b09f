"""Put submissions on the queue, many requests in one message.

A request that finds the publisher idle is sent at once. Requests that arrive while a send is in flight gather and
travel together, so the rate of sends follows the queue's round trip and not the rate of requests. Nobody is told of
success before the queue acknowledged the very envelope that carries their submission.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol
from uuid import UUID

from ledgerboard_contracts import MAX_MESSAGE_BYTES
from ledgerboard_gateway.metrics import GatewayMetrics
from ledgerboard_gateway.parcels import ENVELOPE_BYTES, Outcome, Parcel, seal
from ledgerboard_gateway.settings import PublisherSettings
from ledgerboard_infra.backoff import Backoff
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.logs import get_logger
from ledgerboard_infra.sqs import OutgoingMessage

_BACKOFF: Final = Backoff(base_seconds=0.05, max_seconds=1.0)

_log = get_logger(__name__)


class SubmissionQueue(Protocol):
    """The queue of submissions. ``send_one`` returns once the message is stored, or raises `UnavailableError`."""

    def send_one(self, message: OutgoingMessage) -> None: ...


class BufferFullError(Exception):
    """More submissions wait for the queue than the buffer may hold. Nothing of this request was kept."""


@dataclass(slots=True)
class _Load:
    """What the buffer holds. Withdrawn parcels do not count, though they may still stand in line."""

    parcels: int = 0
    submissions: int = 0
    size_bytes: int = 0

    def add(self, parcel: Parcel, sign: int) -> None:
        self.parcels += sign
        self.submissions += sign * len(parcel.submissions)
        self.size_bytes += sign * parcel.size_bytes


class Publisher:
    """Sends parcels from a few threads of its own and lets every request wait for its own acknowledgement.

    ``start`` before the first ``publish``; after ``close`` the buffer is empty and the threads have ended.
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
        self._line: deque[Parcel] = deque()
        self._load = _Load()
        self._in_flight = 0
        self._closing = threading.Event()
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._threads = [
            threading.Thread(target=self._run, name=f"publisher-{number}", daemon=True)
            for number in range(settings.senders)
        ]

    def start(self) -> None:
        """Start the sending threads."""
        for thread in self._threads:
            thread.start()

    def close(self, timeout_seconds: float) -> None:
        """Take nothing more, send what waits, end the threads. What cannot be sent in time is given up."""
        deadline = time.monotonic() + timeout_seconds
        with self._changed:
            self._closing.set()
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def publish(self, parcels: Sequence[Parcel]) -> None:
        """Hand over ``parcels`` and return when each has an outcome. Raises `BufferFullError` and then took none."""
        self._admit(parcels)
        deadline = time.monotonic() + self._settings.timeout_seconds
        for parcel in parcels:
            if not parcel.wait(deadline - time.monotonic()):
                self._give_up(parcel)

    def _admit(self, parcels: Sequence[Parcel]) -> None:
        with self._changed:
            self._refuse_overload(parcels)
            was_empty = self._load.parcels == 0
            now = time.monotonic()
            for parcel in parcels:
                parcel.buffered_at = now
                self._line.append(parcel)
                self._load.add(parcel, +1)
            self._metrics.buffered.set(self._load.submissions)
            if was_empty or self._load.size_bytes >= MAX_MESSAGE_BYTES:
                self._changed.notify()  # Otherwise a sender lingers already, or every sender is busy.

    def _refuse_overload(self, parcels: Sequence[Parcel]) -> None:
        limit = self._settings
        if (
            self._closing.is_set()
            or self._load.parcels + len(parcels) > limit.buffer_requests
            or self._load.size_bytes + sum(parcel.size_bytes for parcel in parcels) > limit.buffer_bytes
        ):
            raise BufferFullError

    def _give_up(self, parcel: Parcel) -> None:
        with self._lock:
            if parcel.outcome is not None:
                return  # The acknowledgement came in this very moment.
            if parcel.taken:
                parcel.outcome = Outcome.UNACKNOWLEDGED
            else:
                parcel.outcome = Outcome.WITHDRAWN
                self._load.add(parcel, -1)
                self._metrics.buffered.set(self._load.submissions)

    def _run(self) -> None:
        while parcels := self._next():
            self._deliver(parcels)

    def _next(self) -> list[Parcel]:
        """The parcels of the next envelope, as soon as one is due. Empty once closed and drained."""
        with self._changed:
            while True:
                wait_seconds = self._due_in_seconds()
                if wait_seconds is None and self._closing.is_set():
                    return []
                if wait_seconds == 0:
                    return self._take()
                self._changed.wait(wait_seconds)

    def _due_in_seconds(self) -> float | None:
        """0 when an envelope should leave now, None when nothing waits."""
        while self._line and self._line[0].outcome is Outcome.WITHDRAWN:
            self._line.popleft()
        if not self._line:
            return None
        if self._in_flight == 0 or self._closing.is_set() or self._load.size_bytes >= MAX_MESSAGE_BYTES:
            return 0
        return max(0.0, self._line[0].buffered_at + self._settings.linger_seconds - time.monotonic())

    def _take(self) -> list[Parcel]:
        taken: list[Parcel] = []
        room = MAX_MESSAGE_BYTES - ENVELOPE_BYTES
        while self._line and (self._line[0].outcome is not None or self._line[0].size_bytes <= room):
            parcel = self._line.popleft()
            if parcel.outcome is None:
                room -= parcel.size_bytes
                parcel.taken = True
                self._load.add(parcel, -1)
                taken.append(parcel)
        self._in_flight += 1
        self._metrics.buffered.set(self._load.submissions)
        if self._line:
            self._changed.notify()  # Another sender may start on what did not fit.
        return taken

    def _deliver(self, parcels: list[Parcel]) -> None:
        outcome = Outcome.UNACKNOWLEDGED
        try:
            message = seal(parcels, self._new_envelope_id())
            if self._send_until_acknowledged(message, parcels):
                outcome = Outcome.ACKNOWLEDGED
        except Exception:  # noqa: BLE001 -- the thread's one boundary: an envelope that cannot go must not end all sending.
            _log.exception("an envelope could not be sent", parcels=len(parcels))
        finally:
            self._settle(parcels, outcome)

    def _send_until_acknowledged(self, message: OutgoingMessage, parcels: list[Parcel]) -> bool:
        """Send the same bytes until they are acknowledged, or nobody waits for them any more.

        The same bytes, because a send may be stored without our hearing of it: the envelope's id then makes the
        repetition harmless, which a newly packed envelope would not be.
        """
        attempt = 0
        while not self._try_send(message, parcels):
            attempt += 1
            if all(parcel.outcome is not None for parcel in parcels):
                return False
            if self._closing.wait(_BACKOFF.delay_seconds(attempt)):
                return self._try_send(message, parcels)
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

    def _settle(self, parcels: list[Parcel], outcome: Outcome) -> None:
        with self._lock:
            self._in_flight -= 1
            for parcel in parcels:
                parcel.settle(outcome)
