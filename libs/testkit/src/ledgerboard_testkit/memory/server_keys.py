"""The record of server keys, in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from ledgerboard_ledger import KeyRecord
from ledgerboard_testkit.memory.dependency import Dependency


class MemoryServerKeys(Dependency):
    """As `PostgresServerKeys`. ``asked`` counts the keys that were looked up one by one."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[UUID, KeyRecord] = {}
        self.asked = 0

    def create(self, record: KeyRecord) -> None:
        """Keep a new key."""
        self.answer()
        self.kept[record.key_id] = record

    def get(self, key_id: UUID) -> KeyRecord | None:
        """One key, or None."""
        self.asked += 1
        self.answer()
        return self.kept.get(key_id)

    def page(self, before: UUID | None, limit: int) -> Sequence[KeyRecord]:
        """Keys that are older than ``before``, newest first."""
        self.answer()
        ids = sorted((each for each in self.kept if before is None or each < before), reverse=True)
        return [self.kept[key_id] for key_id in ids[:limit]]

    def in_force(self, at: datetime) -> Sequence[KeyRecord]:
        """Every key that opens something."""
        self.answer()
        return [record for record in self.kept.values() if record.is_in_force(at)]

    def has_admin(self) -> bool:
        """Whether there ever was an admin key."""
        self.answer()
        return any("admin" in record.scopes for record in self.kept.values())

    def end_of(self, maker: str, made_before: datetime, at: datetime) -> Sequence[KeyRecord]:
        """End the keys in force that somebody made up to a moment."""
        self.answer()
        ended = [
            replace(record, expires_at=at)
            for record in self.in_force(at)
            if record.created_by == maker and record.created_at <= made_before
        ]
        self.kept.update({record.key_id: record for record in ended})
        return ended

    def rotate(self, key_id: UUID, digest: bytes, at: datetime, previous_until: datetime) -> KeyRecord | None:
        """Give a key another secret."""
        self.answer()
        known = self.kept.get(key_id)
        if known is None or not known.is_in_force(at):
            return None
        self.kept[key_id] = known.rotated(digest, at, previous_until)
        return self.kept[key_id]

    def revoke(self, key_id: UUID, at: datetime) -> KeyRecord | None:
        """End a key."""
        self.answer()
        known = self.kept.get(key_id)
        if known is None:
            return None
        self.kept[key_id] = replace(known, revoked_at=known.revoked_at or at)
        return self.kept[key_id]

    def note_uses(self, used: Mapping[UUID, datetime]) -> None:
        """When keys were last used."""
        self.answer()
        for key_id, at in used.items():
            if known := self.kept.get(key_id):
                self.kept[key_id] = replace(known, last_used_at=max(known.last_used_at or at, at))
