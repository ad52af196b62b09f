"""Moments as ids: the smallest event id of a moment, so that a range of time is a range of the primary key."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

_RANDOM_BITS: Final = 80
_MILLISECOND: Final = timedelta(milliseconds=1)
_EPOCH: Final = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def id_at(moment: datetime) -> UUID:
    """The smallest id of the millisecond that contains ``moment`` (aware); of one before 1970, of all ids."""
    return UUID(int=max(0, (moment - _EPOCH) // _MILLISECOND) << _RANDOM_BITS)
