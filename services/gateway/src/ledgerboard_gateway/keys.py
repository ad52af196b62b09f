"""Put together what knows server keys and what manages them. Bootstrap brings their record."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from ledgerboard_gateway import key_desk, key_uses, server_keys
from ledgerboard_gateway.breaker import Breaker
from ledgerboard_gateway.http.key_routes import KeyRoutes
from ledgerboard_gateway.key_desk import KeyDesk
from ledgerboard_gateway.key_settings import KeySettings
from ledgerboard_gateway.key_uses import KeyUses
from ledgerboard_gateway.server_keys import ServerKeys
from ledgerboard_infra.clock import Clock
from ledgerboard_infra.ids import new_uuid7
from ledgerboard_ledger import KeyRecord


class KeysRecord(server_keys.Source, key_uses.UsesRecord, key_desk.KeysRecord, Protocol):
    """The record of keys, for all of its users."""


class GuardedKeys:
    """The record behind a breaker: an unknown key is looked up by the request that shows it."""

    def __init__(self, record: server_keys.Source) -> None:
        self._record = record
        self._breaker = Breaker("the record of keys")

    def in_force(self, at: datetime) -> Sequence[KeyRecord]:
        """Every key that opens something. No request waits for it."""
        return self._record.in_force(at)

    def get(self, key_id: UUID) -> KeyRecord | None:
        """One key, or None."""
        return self._breaker.call(lambda: self._record.get(key_id))

    def has_admin(self) -> bool:
        """Whether there ever was an admin key."""
        return self._breaker.call(self._record.has_admin)


@dataclass(frozen=True, slots=True)
class Keys:
    """What is known of keys, and the routes of those who manage them."""

    known: ServerKeys
    uses: KeyUses
    routes: KeyRoutes

    def start(self) -> None:
        """Read keys, and write when they were used, again and again."""
        self.known.start()
        self.uses.start()

    def close(self) -> None:
        """Stop both; what is known stays."""
        self.known.close()
        self.uses.close()


def keys(record: KeysRecord, settings: KeySettings, clock: Clock) -> Keys:
    """The keys of a gateway. Connects to nothing yet."""
    uses = KeyUses(record)
    known = ServerKeys(GuardedKeys(record), uses, clock, settings.period_seconds)
    desk = KeyDesk(record, clock, new_uuid7, known.refresh, timedelta(seconds=settings.overlap_seconds))
    return Keys(known, uses, KeyRoutes(desk, clock))
