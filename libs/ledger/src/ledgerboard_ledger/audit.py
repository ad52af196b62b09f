"""The audit in PostgreSQL: who changed what, when and from where, and how it was before and after.

An entry is begun before its write and completed afterwards. So a write without an entry cannot be, and an entry without
a status tells of a write of which nobody knows whether it was done. What a completed entry says of players who were
erased meanwhile is left out: the erasure may have been carried out between the two.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Engine, bindparam, delete, insert, select, text

from ledgerboard_infra.postgres import postgres_errors
from ledgerboard_ledger.audit_table import audit
from ledgerboard_ledger.endpoints import Endpoints

_COMPLETE: Final = text("""
    WITH told AS (
        SELECT audit_id, players IS NOT DISTINCT FROM CAST(:begun AS text[]) AND NOT EXISTS (
            SELECT FROM corrections WHERE kind = 'erase' AND occurred_at >= audit.occurred_at AND veil = ANY (ARRAY(
                SELECT veil(player) FROM unnest(CAST(:players AS text[])) AS named (player)
            ))
        ) AS whole
        FROM audit WHERE audit_id = :audit_id FOR UPDATE
    )
    UPDATE audit SET status = :status,
        before = CASE WHEN whole THEN :before END,
        after = CASE WHEN whole THEN :after END,
        players = CASE WHEN whole THEN CAST(:players AS text[]) ELSE players END
    FROM told WHERE audit.audit_id = told.audit_id
""").bindparams(
    bindparam("before", type_=audit.c.before.type),
    bindparam("after", type_=audit.c.after.type),
    bindparam("players", type_=audit.c.players.type),
    bindparam("begun", type_=audit.c.players.type),
)
_FORGET: Final = text("""
    DELETE FROM audit WHERE audit_id = ANY (ARRAY(
        SELECT audit_id FROM audit WHERE occurred_at < clock_timestamp() - CAST(:kept AS interval)
        ORDER BY audit_id LIMIT :limit FOR UPDATE SKIP LOCKED
    ))
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One write. ``principal`` is its subject, or ``anonymous``; ``operation`` the method and the path's pattern.

    ``players`` are all whom the entry names. Without a ``status`` it is not known whether the write was done.
    """

    audit_id: UUID
    occurred_at: datetime
    principal: str
    operation: str
    target: Mapping[str, str]
    request_id: str
    address: str | None = None
    status: int | None = None
    before: Any = None
    after: Any = None
    players: tuple[str, ...] = ()


class PostgresAudit:
    """The audit as it is written. Every method raises `UnavailableError` when PostgreSQL is down."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin(self, entry: AuditEntry) -> None:
        """Keep an entry, of a write that is about to be done, or of one that was done."""
        names = tuple(AuditEntry.__slots__)
        values = {name: getattr(entry, name) for name in names} | {
            "target": dict(entry.target),
            "players": list(entry.players) or None,
        }
        with postgres_errors(), self._engine.begin() as connection:
            connection.execute(insert(audit).values(values))

    def complete(self, begun: AuditEntry, *, status: int, before: Any, after: Any, players: Sequence[str]) -> None:
        """Say what came of the write."""
        values = {
            "audit_id": begun.audit_id,
            "status": status,
            "before": before,
            "after": after,
            "players": list(players) or None,
            "begun": list(begun.players) or None,
        }
        with postgres_errors(), self._engine.begin() as connection:
            connection.execute(_COMPLETE, values)

    def withdraw(self, audit_id: UUID) -> None:
        """Forget an entry: nothing was done."""
        with postgres_errors(), self._engine.begin() as connection:
            connection.execute(delete(audit).where(audit.c.audit_id == audit_id))

    def forget(self, kept: timedelta, limit: int) -> int:
        """Forget at most ``limit`` entries that are older than ``kept``, and return how many. Safe to race."""
        with postgres_errors(), self._engine.begin() as connection:
            return connection.execute(_FORGET, {"kept": kept, "limit": limit}).rowcount


class AuditReader:
    """The audit as it is read. Raises `UnavailableError` when neither endpoint answers."""

    def __init__(self, endpoints: Endpoints) -> None:
        self._endpoints = endpoints

    def page(
        self, before: UUID | None, limit: int, *, principal: str | None = None, operation: str | None = None
    ) -> Sequence[AuditEntry]:
        """The first ``limit`` entries that are older than one, newest first; only of a principal, of an operation."""
        wanted = select(*audit.c).order_by(audit.c.audit_id.desc()).limit(limit)
        if before is not None:
            wanted = wanted.where(audit.c.audit_id < before)
        if principal is not None:
            wanted = wanted.where(audit.c.principal == principal)
        if operation is not None:
            wanted = wanted.where(audit.c.operation == operation)
        return self._endpoints.ask(
            lambda connection: [
                AuditEntry(**{**row, "players": tuple(row["players"] or ())})
                for row in map(dict[str, Any], connection.execute(wanted).mappings())
            ]
        )
