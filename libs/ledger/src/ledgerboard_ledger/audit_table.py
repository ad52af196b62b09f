"""The table of the audit, as SQLAlchemy Core sees it. Migration 0013 makes it."""

from typing import Final

from sqlalchemy import Column, Index, SmallInteger, Table, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from ledgerboard_ledger.tables import metadata, moment_type, name_type

audit: Final = Table(
    "audit",
    metadata,
    Column("audit_id", Uuid, primary_key=True),
    Column("occurred_at", moment_type, nullable=False),
    Column("principal", name_type, nullable=False),
    Column("address", name_type),
    Column("operation", name_type, nullable=False),
    Column("target", JSONB, nullable=False),
    Column("request_id", name_type, nullable=False),
    Column("status", SmallInteger),
    Column("before", JSONB(none_as_null=True)),
    Column("after", JSONB(none_as_null=True)),
    Column("players", ARRAY(name_type)),
)
"""One row a write that is no score. It is begun before the write and completed afterwards."""

Index("audit_principal_idx", audit.c.principal, audit.c.audit_id)
Index("audit_operation_idx", audit.c.operation, audit.c.audit_id)
Index("audit_players_idx", audit.c.players, postgresql_using="gin", postgresql_where=text("players IS NOT NULL"))
