"""Token buckets of one process: what it gives out by itself, whoever else can be asked.

They cost no round trip and cannot be away. Replicas do not share them, so a client may get from each what one gives.
"""

import threading
import time
from collections.abc import Callable
from typing import Final

from ledgerboard_boards import Bucket, Taken

CAPACITY: Final = 65_536
"""Buckets that a process remembers. Of more, those that were asked longest ago are forgotten, which makes them full."""

_SECOND: Final = 1_000_000


class ProcessBuckets:
    """As `RedisBuckets`, in this process alone. Thread-safe and bounded; ``monotonic`` gives seconds.

    Of a bucket only the moment is kept at which it will be full again, in whole microseconds.
    """

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic, capacity: int = CAPACITY) -> None:
        self._monotonic = monotonic
        self._capacity = capacity
        self._full_at: dict[str, int] = {}
        self._lock = threading.Lock()

    def take(self, name: str, bucket: Bucket, wanted: int) -> Taken:
        """Take ``wanted`` tokens, or as many as there are."""
        interval, now = bucket.interval_microseconds, round(self._monotonic() * _SECOND)
        with self._lock:
            missing = max(0, min(self._full_at.pop(name, now) - now, bucket.capacity * interval))
            left = bucket.capacity - -(-missing // interval)
            count = min(wanted, left)
            missing, left = missing + count * interval, left - count
            if missing:
                self._remember(name, now + missing)
        following = min(missing, missing - (bucket.capacity - left - 1) * interval)
        return Taken(count, left, following / _SECOND, missing / _SECOND)

    def _remember(self, name: str, full_at: int) -> None:
        self._full_at[name] = full_at
        while len(self._full_at) > self._capacity:
            del self._full_at[next(iter(self._full_at))]
