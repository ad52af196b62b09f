"""Make, rotate and end server keys.

A key is told once, to whoever asked for it. It is kept before it is told, so what was told works; an answer that was
lost on its way leaves a key that nobody knows, which can be revoked.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

from ledgerboard_gateway.key_texts import digest_of, new_key
from ledgerboard_gateway.principals import Principal
from ledgerboard_infra.clock import Clock
from ledgerboard_ledger import KeyRecord

MADE_BY_TOKEN: Final = timedelta(days=30)
"""How long a key lasts at most that a person's token made."""

_ADMIN: Final = "admin"


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


class KeyRefusedError(Exception):
    """A token may not make such a key, nor come to know it. The message is for who asked, and names the field."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class KeysRecord(Protocol):
    """Where keys are kept. Raises `UnavailableError` when it is down."""

    def get(self, key_id: UUID) -> KeyRecord | None:
        """One key, or None."""
        ...

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
    """Where managers get keys. ``refresh`` lets this process know at once what others learn within seconds.

    A person may be a manager no longer tomorrow, and a key knows nothing of that. So what a token makes ends, it makes
    no admin key, and it learns the secret of no key that outlives it.
    """

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

    def create(self, wanted: WantedKey, maker: Principal) -> ToldKey:
        """Make a key. Raises `KeyRefusedError` for one that a token may not make."""
        now = self._clock.now()
        if maker.is_token:
            wanted = _by_token(wanted, now)
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
            created_by=maker.subject,
            expires_at=wanted.expires_at,
        )
        self._record.create(record)
        self._refresh()
        return ToldKey(record, key)

    def get(self, key_id: UUID) -> KeyRecord | None:
        """One key, or None."""
        return self._record.get(key_id)

    def page(self, before: UUID | None, limit: int) -> Sequence[KeyRecord]:
        """Keys, newest first, also those that are no longer in force."""
        return self._record.page(before, limit)

    def rotate(self, key_id: UUID, overlap: timedelta | None, by: Principal) -> ToldKey | None:
        """Make another secret for a key. The one it has is good for ``overlap``, or as long as is usual.

        None where no such key is in force. Raises `KeyRefusedError` where a token must not come to know it.
        """
        now = self._clock.now()
        if by.is_token and (known := self._record.get(key_id)) is not None and known.created_by != by.subject:
            raise KeyRefusedError("key_id", "was not made by you: whoever has a token rotates their own keys alone")
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


def _by_token(wanted: WantedKey, now: datetime) -> WantedKey:
    """The key as a person's token may make it: it ends."""
    if _ADMIN in wanted.scopes:
        raise KeyRefusedError("scopes", "admin keys are made by the write key and by admin keys, not by tokens")
    latest = now + MADE_BY_TOKEN
    if wanted.expires_at is not None and wanted.expires_at > latest:
        raise KeyRefusedError("expires_at", f"a key that a token makes lasts {MADE_BY_TOKEN.days} days at most")
    return replace(wanted, expires_at=wanted.expires_at or latest)
