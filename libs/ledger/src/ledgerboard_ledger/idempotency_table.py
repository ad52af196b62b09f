"""The table of keyed requests, as SQLAlchemy Core sees it. Migration 0007 makes it."""

from typing import Final

from sqlalchemy import Column, Index, Integer, LargeBinary, SmallInteger, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from ledgerboard_ledger.tables import metadata, moment_type, name_type

keyed_requests: Final = Table(
    "keyed_requests",
    metadata,
    Column("caller", name_type, primary_key=True),
    Column("key_digest", LargeBinary, primary_key=True),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("claimed_at", moment_type, nullable=False),
    Column("seed", Uuid, nullable=False),
    Column("plan", JSONB),
    Column("owner", Uuid, nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("1")),
    Column("leased_until", moment_type, nullable=False),
    Column("expires_at", moment_type, nullable=False),
    Column("status", SmallInteger),
    Column("headers", JSONB(none_as_null=True)),
    Column("body", Text),
    Column("players", ARRAY(name_type)),
)
"""One row a request that named itself, for a day. ``claimed_at`` and ``seed`` are what its stamps are made of."""

Index("keyed_requests_expires_at_idx", keyed_requests.c.expires_at)
Index(
    "keyed_requests_players_idx",
    keyed_requests.c.players,
    postgresql_using="gin",
    postgresql_where=text("players IS NOT NULL"),
)
