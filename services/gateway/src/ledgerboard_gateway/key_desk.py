"""Make, rotate and end server keys.

A key is told once, to whoever asked for it. It is kept before it is told, so what was told works; an answer that was
lost on its way leaves a key that nobody knows, which can be revoked.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from ledgerboard_gateway.key_texts import digest_of, new_key
from ledgerboard_infra.clock import Clock
from ledgerboard_ledger import KeyRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedKey:
    """A key as it was asked for, already checked."""

    name: str
    scopes: tuple[str, ...]
    boards: tuple[str, ...] | None = None
    rate: float | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ToldKey:
    """A key's record, and the key itself."""

    record: KeyRecord
    key: str


class KeysRecord(Protocol):
    """Where keys are kept. Raises `UnavailableError` when it is down."""

    def create(self, record: KeyRecord) -> None:
        """Keep a new one."""
        ...

    def page(self, before: UUID | None, limit: int) -> Sequence[KeyRecord]:
        """Those that are older than one, newest first."""
        ...

    def rotate(self, key_id: UUID, digest: bytes, at: datetime, previous_until: datetime) -> KeyRecord | None:
        """Give one another secret; None where no such key is in force."""
        ...

    def revoke(self, key_id: UUID, at: datetime) -> KeyRecord | None:
        """End one; None where there is none."""
        ...


class KeyDesk:
    """Where managers get keys. ``refresh`` lets this process know at once what others learn within seconds."""

    def __init__(
        self,
        record: KeysRecord,
        clock: Clock,
        new_key_id: Callable[[datetime], UUID],
        refresh: Callable[[], None],
        overlap: timedelta,
    ) -> None:
        self._record = record
        self._clock = clock
        self._new_key_id = new_key_id
        self._refresh = refresh
        self._overlap = overlap

    def create(self, wanted: WantedKey, author: str) -> ToldKey:
        """Make a key."""
        now = self._clock.now()
        key_id = self._new_key_id(now)
        key = new_key(key_id)
        record = KeyRecord(
            key_id=key_id,
            name=wanted.name,
            digest=digest_of(key),
            scopes=wanted.scopes,
            boards=wanted.boards,
            rate=wanted.rate,
            created_at=now,
            created_by=author,
            expires_at=wanted.expires_at,
        )
        self._record.create(record)
        self._refresh()
        return ToldKey(record, key)

    def page(self, before: UUID | None, limit: int) -> Sequence[KeyRecord]:
        """Keys, newest first, also those that are no longer in force."""
        return self._record.page(before, limit)

    def rotate(self, key_id: UUID, overlap: timedelta | None) -> ToldKey | None:
        """Make another secret for a key. The one it has is good for ``overlap``, or as long as is usual.

        None where no such key is in force.
        """
        now = self._clock.now()
        key = new_key(key_id)
        until = now + (self._overlap if overlap is None else overlap)
        record = self._record.rotate(key_id, digest_of(key), now, until)
        self._refresh()
        return None if record is None else ToldKey(record, key)

    def revoke(self, key_id: UUID) -> KeyRecord | None:
        """End a key, for ever. Safe to repeat. None where there is none."""
        record = self._record.revoke(key_id, self._clock.now())
        self._refresh()
        return record
