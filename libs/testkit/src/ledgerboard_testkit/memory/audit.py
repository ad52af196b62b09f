"""The audit, in memory."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from ledgerboard_ledger import AuditEntry
from ledgerboard_testkit.memory.dependency import Dependency


class MemoryAudit(Dependency):
    """As `PostgresAudit` and `AuditReader`. Nobody is erased here."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[UUID, AuditEntry] = {}

    def begin(self, entry: AuditEntry) -> None:
        """Keep an entry."""
        self.answer()
        self.kept[entry.audit_id] = entry

    def complete(self, begun: AuditEntry, *, status: int, before: Any, after: Any, players: Sequence[str]) -> None:
        """Say what came of the write."""
        self.answer()
        told = replace(begun, status=status, before=before, after=after, players=tuple(players))
        self.kept[begun.audit_id] = told

    def withdraw(self, audit_id: UUID) -> None:
        """Forget an entry."""
        self.answer()
        self.kept.pop(audit_id, None)

    def page(
        self, before: UUID | None, limit: int, *, principal: str | None = None, operation: str | None = None
    ) -> Sequence[AuditEntry]:
        """Entries older than one, newest first."""
        self.answer()
        found = [
            each
            for each in self.kept.values()
            if principal in {None, each.principal} and operation in {None, each.operation}
        ]
        found.sort(key=lambda each: each.audit_id, reverse=True)
        return [each for each in found if before is None or each.audit_id < before][:limit]
