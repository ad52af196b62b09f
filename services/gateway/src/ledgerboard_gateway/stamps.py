"""The stamps of a keyed request: every moment and id that it sends, made of what its claim stored.

Whoever takes the claim over makes the same ones, so what was sent twice is one fact all the same.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

MOST: Final = 1 << 12
"""How many event ids there are: their number stands in the 12 bits behind the millisecond."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_VERSION: Final = 7 << 76
_VARIANT: Final = 0b10 << 62
_CHANCE_BITS: Final = (1 << 62) - 1


@dataclass(frozen=True, slots=True)
class Stamps:
    """The stamps of one claim. ``number`` is the place of a score in its request's body, from 0."""

    claimed_at: datetime
    seed: UUID

    def moment(self, number: int) -> datetime:
        """When it was accepted. Later scores of a body came later, by a microsecond each."""
        return self.claimed_at + timedelta(microseconds=number)

    def event_id(self, number: int) -> UUID:
        """A UUIDv7 (RFC 9562, 5.7) of that moment; those of later scores are greater."""
        return self._uuid7("event", number)

    def correction_id(self) -> UUID:
        """A UUIDv7 of the moment of the claim, which the order of corrections goes by."""
        return self._uuid7("correction", 0)

    def envelope_id(self, number: int) -> UUID:
        """Of the request's envelope of that number."""
        return self._uuid7("envelope", number)

    def _uuid7(self, kind: str, number: int) -> UUID:
        if not 0 <= number < MOST:
            raise ValueError(f"a request has no {kind} of number {number}")
        digest = sha256(f"{kind}:{number}".encode() + self.seed.bytes).digest()
        chance = int.from_bytes(digest[:8]) & _CHANCE_BITS
        milliseconds = (self.moment(number) - _EPOCH) // _MILLISECOND
        return UUID(int=milliseconds << 80 | _VERSION | number << 64 | _VARIANT | chance)
