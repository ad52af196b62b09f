"""Ids that sort by the time they were made.

A UUIDv7 begins with its millisecond, so rows and partitions that are keyed by it lie in the order they came.
"""

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import uuid_utils

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def new_uuid7(at: datetime) -> UUID:
    """A fresh UUIDv7 (RFC 9562, 5.7) whose millisecond is that of ``at``, which must be aware."""
    nanoseconds = (at - _EPOCH) // _MICROSECOND * 1000
    return UUID(int=uuid_utils.uuid7(nanoseconds=nanoseconds).int)
