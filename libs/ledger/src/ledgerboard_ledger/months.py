"""Months of the ledger: which partition holds an event.

A UUIDv7 begins with its millisecond (RFC 9562, 5.7), so the ids of a month are one unbroken range of UUIDs.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

_RANDOM_BITS: Final = 80
_DECEMBER: Final = 12


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month, UTC. ``number`` counts from 1."""

    year: int
    number: int

    @classmethod
    def containing(cls, when: datetime) -> "Month":
        """The month of ``when`` (aware), in UTC."""
        utc = when.astimezone(UTC)
        return cls(utc.year, utc.month)

    @property
    def following(self) -> "Month":
        """The next month."""
        return Month(self.year + 1, 1) if self.number == _DECEMBER else Month(self.year, self.number + 1)

    @property
    def first_id(self) -> UUID:
        """The smallest UUID of the month: inclusive bound of its partition, exclusive bound of the one before."""
        start = datetime(self.year, self.number, 1, tzinfo=UTC)
        return UUID(int=int(start.timestamp()) * 1000 << _RANDOM_BITS)

    def partition_of(self, table: str) -> str:
        """The partition's name, for instance ``facts_2026_11``."""
        return f"{table}_{self.year:04}_{self.number:02}"
