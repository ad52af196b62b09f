"""Token buckets on paper."""

from datetime import timedelta
from typing import Final

from ledgerboard_boards import Bucket, Taken
from ledgerboard_infra.clock import Clock
from ledgerboard_testkit.memory.dependency import NOON, Dependency

_MICROSECOND: Final = timedelta(microseconds=1)
_SECOND: Final = 1_000_000


class MemoryBuckets(Dependency):
    """As `RedisBuckets`. Of each bucket: how many microseconds' worth are in it, and when that was."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._kept: dict[str, tuple[int, int]] = {}

    def take(self, name: str, bucket: Bucket, wanted: int) -> Taken:
        """Take tokens, or as many as there are."""
        self.answer()
        now, interval = (self._clock.now() - NOON) // _MICROSECOND, bucket.interval_microseconds
        full = bucket.capacity * interval
        worth, at = self._kept.get(name, (full, now))
        worth = max(0, min(full, worth + now - at))
        count = min(wanted, worth // interval)
        worth -= count * interval
        self._kept[name] = (worth, now)
        left = worth // interval
        following = (left + 1) * interval - worth if left < bucket.capacity else 0
        return Taken(count, left, following / _SECOND, (full - worth) / _SECOND)
