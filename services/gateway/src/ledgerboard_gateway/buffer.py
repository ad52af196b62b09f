"""The line in which parcels wait for the next send. Thread-safe and bounded.

A parcel leaves it exactly once: taken for an envelope, or withdrawn by its request. That is decided under one lock, so
a submission whose request gave up while it waited is never sent.
"""

import threading
import time
from collections import deque
from collections.abc import Sequence
from typing import Final

from ledgerboard_contracts import MAX_MESSAGE_BYTES
from ledgerboard_gateway.metrics import GatewayMetrics
from ledgerboard_gateway.parcels import ENVELOPE_BYTES, Outcome, Parcel
from ledgerboard_gateway.settings import PublisherSettings

_ROOM_BYTES: Final = MAX_MESSAGE_BYTES - ENVELOPE_BYTES


class BufferFullError(Exception):
    """More waits for the queue than the buffer may hold, or it was closed. Nothing of this request was kept."""


class Buffer:
    """Parcels in the order in which they came. What was withdrawn stands in line, uncounted, until it is met.

    Keyed ones have a line of their own, as they gain nothing by waiting for company.
    """

    def __init__(self, settings: PublisherSettings, metrics: GatewayMetrics) -> None:
        self._settings = settings
        self._metrics = metrics
        self._line: deque[Parcel] = deque()
        self._keyed: deque[Parcel] = deque()
        self._is_keyed_next = True
        self._parcels = 0
        self._size_bytes = 0
        self._submissions = 0
        self._last_taken_at = float("-inf")
        self._closed = False
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._room = threading.Condition(self._lock)

    @property
    def parcels(self) -> int:
        """How many parcels wait."""
        return self._parcels

    def put(self, parcels: Sequence[Parcel], deadline: float) -> None:
        """Let all of ``parcels`` wait, once there is room. Raises `BufferFullError` where there is none in time."""
        added_bytes = sum(parcel.size_bytes for parcel in parcels)
        with self._changed:
            while not self._has_room(len(parcels), added_bytes):
                if self._closed or not self._room.wait(max(0.0, deadline - time.monotonic())):
                    raise BufferFullError
            size_bytes = self._size_bytes + added_bytes
            was_empty = self._parcels == 0
            for parcel in parcels:
                (self._keyed if parcel.is_keyed else self._line).append(parcel)
                self._count(parcel, +1)
            if was_empty or size_bytes >= _ROOM_BYTES or parcels[0].is_keyed:
                self._changed.notify()  # Otherwise a sender waits for the linger to end, or all of them are busy.

    def take(self) -> list[Parcel]:
        """Wait for the parcels of the next envelope. Empty once the buffer is closed and nothing waits."""
        with self._changed:
            while True:
                wait_seconds = self._due_in_seconds()
                if wait_seconds == 0:
                    return self._take()
                if wait_seconds is None and self._closed:
                    return []
                self._changed.wait(wait_seconds)

    def give_up(self, parcel: Parcel) -> None:
        """Take ``parcel`` out of the line; where it has left already, its fate is unknown unless it is settled."""
        with self._lock:
            if parcel.outcome is not None:
                return  # It was settled in this very moment.
            if parcel.taken:
                parcel.outcome = Outcome.UNACKNOWLEDGED
            else:
                parcel.outcome = Outcome.WITHDRAWN
                self._count(parcel, -1)

    def settle(self, parcels: Sequence[Parcel], outcome: Outcome) -> None:
        """Give taken parcels their outcome, except those whose requests gave up, and wake the requests."""
        with self._lock:
            for parcel in parcels:
                parcel.outcome = parcel.outcome or outcome
        for parcel in parcels:
            parcel.wake()  # Outside of the lock, which whoever wakes up would only run into.

    def close(self) -> None:
        """Take nothing more; what waits is due at once."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            self._room.notify_all()

    def _has_room(self, parcels: int, size_bytes: int) -> bool:
        """Whether so much fits. What is larger than the whole buffer has room where nothing else waits."""
        if self._closed:
            return False
        fits = self._size_bytes + size_bytes <= self._settings.buffer_bytes
        return self._parcels == 0 or (fits and self._parcels + parcels <= self._settings.buffer_requests)

    def _due_in_seconds(self) -> float | None:
        """0 when an envelope should leave now, None when nothing waits."""
        for line in (self._line, self._keyed):
            while line and line[0].outcome is Outcome.WITHDRAWN:
                line.popleft()
        return 0 if self._keyed else self._line_due_in_seconds()

    def _line_due_in_seconds(self) -> float | None:
        if not self._line:
            return None
        if self._closed or self._size_bytes >= _ROOM_BYTES:
            return 0
        return max(0.0, self._last_taken_at + self._settings.linger_seconds - time.monotonic())

    def _take(self) -> list[Parcel]:
        """What goes into the next envelope. A keyed parcel goes alone, in turns with the others where both are due."""
        is_keyed = bool(self._keyed) and (self._is_keyed_next or self._line_due_in_seconds() != 0)
        self._is_keyed_next = not is_keyed
        if is_keyed:
            return self._take_keyed()
        taken: list[Parcel] = []
        room_bytes = _ROOM_BYTES
        while self._line and (self._line[0].outcome is not None or self._line[0].size_bytes <= room_bytes):
            parcel = self._line.popleft()
            if parcel.outcome is None:
                room_bytes -= parcel.size_bytes
                parcel.taken = True
                taken.append(parcel)
                self._count(parcel, -1)
        self._last_taken_at = time.monotonic()
        if self._line or self._keyed:
            self._changed.notify()  # Another sender may take what did not fit.
        return taken

    def _take_keyed(self) -> list[Parcel]:
        parcel = self._keyed.popleft()
        parcel.taken = True
        self._count(parcel, -1)
        if self._keyed or self._line:
            self._changed.notify()
        return [parcel]

    def _count(self, parcel: Parcel, sign: int) -> None:
        self._parcels += sign
        self._size_bytes += sign * parcel.size_bytes
        self._submissions += sign * len(parcel.submissions)
        self._metrics.buffered.set(self._submissions)
        if sign < 0:
            self._room.notify_all()
