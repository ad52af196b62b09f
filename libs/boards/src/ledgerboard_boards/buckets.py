"""Token buckets that all processes share.

A bucket is taken from by one atomic call, and Redis' own clock fills it, so any number of processes get together what
one would get alone. Calls of many threads travel together. A bucket is a key of its own, so buckets spread over a
cluster; it is gone once the bucket is full again.
"""

from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from ledgerboard_boards.grouping import GroupedLibrary
from ledgerboard_boards.library import Guard
from ledgerboard_infra.valkey import RedisClient

_SECOND: Final = 1_000_000
_DIGEST_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Bucket:
    """How fast a bucket fills, in tokens a second, and how many it holds."""

    rate: float
    capacity: int

    @property
    def interval_microseconds(self) -> int:
        """In which one token comes. Whole ones, so that all sums of them are exact."""
        return max(1, round(_SECOND / self.rate))

    @property
    def window_seconds(self) -> int:
        """In which an empty bucket becomes full."""
        return -(-self.interval_microseconds * self.capacity // _SECOND)


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of taking: how many tokens, how many are left, when there is one more, and when there are all."""

    count: int
    left: int
    next_seconds: float
    full_seconds: float


class RedisBuckets:
    """The buckets of a stage. Thread-safe."""

    def __init__(self, client: RedisClient, stage: str, guard: Guard) -> None:
        self._library = GroupedLibrary(client, guard)
        self._prefix = f"ledgerboard/{stage}/bucket/".encode()

    def take(self, name: str, bucket: Bucket, wanted: int) -> Taken:
        """Take ``wanted`` tokens, or as many as there are. Raises `UnavailableError` where Redis is down.

        The name stands as a digest, so that a long one costs no memory, and a person's is not in it.
        """
        key = self._prefix + blake2b(name.encode(), digest_size=_DIGEST_BYTES).hexdigest().encode()
        count, left, following, full = self._library.write(
            "take", [key], bucket.interval_microseconds, bucket.capacity, wanted
        )
        return Taken(count, left, following / _SECOND, full / _SECOND)
