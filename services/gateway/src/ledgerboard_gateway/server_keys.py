"""Know server keys without asking for each request.

All keys in force are in the process and are read again every few seconds, so a revocation is known everywhere soon, and
an outage of the record takes no known key's holder their way. A key that is not known may have been made a moment ago:
it is looked up, once. What was not found then never will be, since nobody can guess what is yet to be drawn.
"""

import hmac
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

from ledgerboard_gateway.authentication import ServerKey
from ledgerboard_gateway.key_texts import Presented, read_key
from ledgerboard_gateway.key_uses import KeyUses
from ledgerboard_gateway.periodic import Periodic
from ledgerboard_infra.clock import Clock
from ledgerboard_ledger import KeyRecord

LOOKUPS_A_SECOND: Final = 10
"""Unknown keys that a process looks up. Whoever sends junk makes a new key wait for the next reading, and no longer."""

REFUSED: Final = 4096
"""Digests that are remembered as of no key."""


class Source(Protocol):
    """The record of keys. Raises `UnavailableError` when it is down."""

    def in_force(self, at: datetime) -> Sequence[KeyRecord]:
        """Every key that opens something."""
        ...

    def get(self, key_id: UUID) -> KeyRecord | None:
        """One key, or None."""
        ...

    def has_admin(self) -> bool:
        """Whether there ever was an admin key."""
        ...


class ServerKeys:
    """The keys in force, read again every ``period_seconds`` between `start` and `close`. Thread-safe."""

    def __init__(
        self,
        source: Source,
        uses: KeyUses,
        clock: Clock,
        period_seconds: float,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._source = source
        self._uses = uses
        self._clock = clock
        self._known: Mapping[UUID, KeyRecord] = {}
        self._rates: Mapping[str, float] = {}
        self._makers: frozenset[str] = frozenset()
        self._refused: dict[bytes, None] = {}
        self._lock = threading.Lock()
        self._one_reading = threading.Lock()
        self._readings = 0
        self._has_admin: bool | None = None
        self._lookups = _Lookups(monotonic)
        self._reading = Periodic("server keys", self._read, period_seconds, share=1)

    def start(self) -> None:
        """Start reading."""
        self._reading.start()

    def close(self) -> None:
        """Read no more. What is known stays."""
        self._reading.close()

    def refresh(self) -> None:
        """Read the list. An outage leaves it as it is."""
        self._reading.once()

    def find(self, key: str) -> ServerKey | None:
        """The key, unless it is unknown, revoked or past its end. Raises `UnavailableError` where nobody can tell."""
        shown = read_key(key)
        if shown is None:
            return None
        now = self._clock.now()
        record = self._known.get(shown.key_id)
        if record is None or not _opens(record, shown.digest, now):
            record = self._look_up(shown, now)
        if record is None:
            return None
        self._uses.note(record.key_id, now)
        return ServerKey(str(record.key_id), record.name, frozenset(record.scopes), record.boards)

    def has_admin(self) -> bool:
        """Whether there ever was an admin key, as of the last reading. Raises `UnavailableError` before the first."""
        if self._has_admin is None:
            self._has_admin = self._source.has_admin()
        return self._has_admin

    @property
    def makers(self) -> frozenset[str]:
        """The subjects who made the keys in force."""
        return self._makers

    def rate(self, key_id: str) -> float | None:
        """How many scores a second a key of this process may submit; None: as many as keys usually may."""
        return self._rates.get(key_id)

    def _look_up(self, shown: Presented, now: datetime) -> KeyRecord | None:
        if shown.digest in self._refused or not self._lookups.admit():
            return None
        readings = self._readings
        record = self._source.get(shown.key_id)
        if record is not None and _opens(record, shown.digest, now):
            self._learn(record, readings)
            return record
        with self._lock:
            while len(self._refused) >= REFUSED:
                del self._refused[next(iter(self._refused))]
            self._refused[shown.digest] = None
        return None

    def _learn(self, record: KeyRecord, readings: int) -> None:
        """Know a key from now on, unless the list was read since: it may say already that the key was revoked."""
        with self._lock:
            if readings == self._readings:
                self._know({**self._known, record.key_id: record})

    def _read(self) -> None:
        """One reading at a time, so that none puts an older list in the place of a newer one."""
        with self._one_reading:
            with self._lock:
                self._readings += 1
            known = {record.key_id: record for record in self._source.in_force(self._clock.now())}
            if not self._has_admin:  # Once there was one, that stays.
                self._has_admin = self._source.has_admin()
            with self._lock:
                self._know(known)

    def _know(self, known: Mapping[UUID, KeyRecord]) -> None:
        self._known = known
        self._makers = frozenset(record.created_by for record in known.values())
        self._rates = {str(key_id): record.rate for key_id, record in known.items() if record.rate is not None}


class _Lookups:
    """So many a second and no more."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._second = 0
        self._count = 0

    def admit(self) -> bool:
        second = int(self._monotonic())
        with self._lock:
            if second != self._second:
                self._second, self._count = second, 0
            self._count += 1
            return self._count <= LOOKUPS_A_SECOND


def _opens(record: KeyRecord, digest: bytes, now: datetime) -> bool:
    """Whether that is the digest of the key, or of what it was before a rotation whose overlap lasts.

    It takes the same time wherever digests differ.
    """
    if not record.is_in_force(now):
        return False
    if hmac.compare_digest(record.digest, digest):
        return True
    until = record.previous_until
    return until is not None and now < until and hmac.compare_digest(record.previous_digest or b"", digest)
