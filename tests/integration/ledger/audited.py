"""What a player leaves in the audit."""

from typing import Any
from uuid import UUID

from sqlalchemy import Engine

from ledgerboard_ledger import PostgresAudit
from ledgerboard_testkit.suites.audit import audit_entry


def leave_entries(engine: Engine, player: str) -> list[UUID]:
    """What the player did, and what was done to them: their ids."""
    audit, named = PostgresAudit(engine), dict[str, Any](target={"player": player}, players=(player,))
    own, others = audit_entry(f"player:{player}", **named), audit_entry("key:k1", **named)
    for entry in (own, others):
        audit.begin(entry)
        told = {"player": player, "name": f"{player} the Great"}
        audit.complete(entry, status=200, before=told, after=told, players=[player])
    return [own.audit_id, others.audit_id]
