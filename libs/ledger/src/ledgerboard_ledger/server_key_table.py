"""The table of server keys, as SQLAlchemy Core sees it. Migration 0006 makes it, and 0014 knows more scopes."""

from typing import Final

from sqlalchemy import REAL, CheckConstraint, Column, LargeBinary, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

from ledgerboard_ledger.tables import metadata, moment_type, name_type

server_keys: Final = Table(
    "server_keys",
    metadata,
    Column("key_id", Uuid, primary_key=True),
    Column("name", name_type, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("previous_digest", LargeBinary),
    Column("previous_until", moment_type),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("boards", ARRAY(Text)),
    Column("rate", REAL),
    Column("created_at", moment_type, nullable=False),
    Column("created_by", name_type, nullable=False),
    Column("expires_at", moment_type),
    Column("rotated_at", moment_type),
    Column("revoked_at", moment_type),
    Column("last_used_at", moment_type),
    CheckConstraint("octet_length(digest) = 32", name="server_keys_digest_check"),
    CheckConstraint("octet_length(previous_digest) = 32", name="server_keys_previous_digest_check"),
    CheckConstraint(
        "scopes <@ '{submit,boards,players,read,admin}' AND cardinality(scopes) > 0",
        name="server_keys_scopes_check",
    ),
    CheckConstraint("rate >= 0", name="server_keys_rate_check"),
    CheckConstraint("(previous_digest IS NULL) = (previous_until IS NULL)", name="server_keys_previous_check"),
)
"""One row a key, for ever: one that is revoked tells who could do what until when."""
