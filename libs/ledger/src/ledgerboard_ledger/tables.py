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

from ledgerboard_contracts import MAX_SCORE

metadata: Final = MetaData()

_name: Final = Text(collation="C")
_moment: Final = DateTime(timezone=True)

boards: Final = Table(
    "boards",
    metadata,
    Column("board", _name, primary_key=True),
    Column("created_at", _moment, nullable=False, server_default=func.now()),
)
"""One row a board: what ``define`` locks, so that versions are made one after another."""

board_versions: Final = Table(
    "board_versions",
    metadata,
    Column("board", _name, ForeignKey("boards.board"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("options", JSONB, nullable=False),
    Column("created_at", _moment, nullable=False, server_default=func.now()),
    CheckConstraint("version >= 1", name="board_versions_version_check"),
)
"""Immutable versions; the greatest one of a board is current."""

facts: Final = Table(
    "facts",
    metadata,
    Column("event_id", Uuid, primary_key=True),
    Column("board", _name, nullable=False),
    Column("board_version", Integer, nullable=False),
    Column("player", _name, nullable=False),
    Column("score", BigInteger, nullable=False),
    Column("level", _name),
    Column("occurred_at", _moment, nullable=False),
    Column("attributes", JSONB),
    Column("envelope_id", Uuid, nullable=False),
    Column("recorded_at", _moment, nullable=False, server_default=func.now()),
    Column("session", _name),
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
    Column("board", _name, nullable=False),
    Column("board_version", Integer, nullable=False),
    Column("player", _name, nullable=False),
    Column("score", BigInteger, nullable=False),
    Column("occurred_at", _moment, nullable=False),
    Column("reason", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("envelope_id", Uuid, nullable=False),
    Column("recorded_at", _moment, nullable=False, server_default=func.now()),
    CheckConstraint(f"score BETWEEN -{MAX_SCORE} AND {MAX_SCORE}", name="rejections_score_check"),
    postgresql_partition_by="RANGE (event_id)",
)
"""What was refused and why. Partitioned like the facts, so that an old month can go as one table."""
