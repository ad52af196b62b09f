"""The tables, as SQLAlchemy Core sees them. The migrations make them; a test holds the two together.

Text columns compare by bytes (collation ``C``): that is what names mean everywhere else, and it is the cheaper index.
"""

from typing import Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import UserDefinedType

from ledgerboard_contracts import MAX_SCORE

metadata: Final = MetaData()


class Xid8(UserDefinedType[str]):
    """The number of a transaction, of 64 bits: it never wraps around."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        """Its name."""
        return "xid8"


name_type: Final = Text(collation="C")
moment_type: Final = DateTime(timezone=True)

boards: Final = Table(
    "boards",
    metadata,
    Column("board", name_type, primary_key=True),
    Column("created_at", moment_type, nullable=False, server_default=func.now()),
    Column("deleted_version", Integer),
)
"""One row a board: what ``define`` locks, so that versions are made one after another. Versions up to the deleted one
still judge what names them, but are not current."""

board_versions: Final = Table(
    "board_versions",
    metadata,
    Column("board", name_type, ForeignKey("boards.board"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("options", JSONB, nullable=False),
    Column("created_at", moment_type, nullable=False, server_default=func.now()),
    CheckConstraint("version >= 1", name="board_versions_version_check"),
)
"""Immutable versions; the greatest one of a board is current."""

facts: Final = Table(
    "facts",
    metadata,
    Column("event_id", Uuid, primary_key=True),
    Column("board", name_type, nullable=False),
    Column("board_version", Integer, nullable=False),
    Column("player", name_type, nullable=False),
    Column("score", BigInteger, nullable=False),
    Column("level", name_type),
    Column("occurred_at", moment_type, nullable=False),
    Column("attributes", JSONB),
    Column("envelope_id", Uuid, nullable=False),
    Column("recorded_at", moment_type, nullable=False, server_default=func.now()),
    Column("session", name_type),
    Column("recorded_xid", Xid8, server_default=func.pg_current_xact_id()),
    CheckConstraint(f"score BETWEEN -{MAX_SCORE} AND {MAX_SCORE}", name="facts_score_check"),
    postgresql_partition_by="RANGE (event_id)",
)
"""The ledger. A partition a month; the primary key is what makes a redelivered fact harmless."""

Index("facts_player_idx", facts.c.player, facts.c.event_id.desc())
Index("facts_player_score_idx", facts.c.board, facts.c.player, facts.c.score)
Index(
    "facts_player_level_idx",
    facts.c.board,
    facts.c.player,
    facts.c.level,
    facts.c.event_id.desc(),
    postgresql_where=text("level IS NOT NULL"),
)
Index("facts_board_idx", facts.c.board, facts.c.event_id)

rejections: Final = Table(
    "rejections",
    metadata,
    Column("event_id", Uuid, primary_key=True),
    Column("board", name_type, nullable=False),
    Column("board_version", Integer, nullable=False),
    Column("player", name_type, nullable=False),
    Column("score", BigInteger, nullable=False),
    Column("occurred_at", moment_type, nullable=False),
    Column("reason", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("envelope_id", Uuid, nullable=False),
    Column("recorded_at", moment_type, nullable=False, server_default=func.now()),
    CheckConstraint(f"score BETWEEN -{MAX_SCORE} AND {MAX_SCORE}", name="rejections_score_check"),
    postgresql_partition_by="RANGE (event_id)",
)
"""What was refused and why. Partitioned like the facts, so that an old month can go as one table."""
