"""The tables of closings and of the outbox, as SQLAlchemy Core sees them. Migration 0004 makes them."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Numeric,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from ledgerboard_ledger.tables import metadata

_name: Final = Text(collation="C")
_moment: Final = DateTime(timezone=True)

closings: Final = Table(
    "closings",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("board", _name, nullable=False),
    Column("period", _name, nullable=False),
    Column("key", _name, nullable=False),
    Column("starts_at", _moment, nullable=False),
    Column("ends_at", _moment, nullable=False),
    Column("board_version", Integer, nullable=False),
    Column("snapshot", Text, nullable=False),
    Column("closed_at", _moment, nullable=False, server_default=func.now()),
    Column("entries", BigInteger, nullable=False, server_default=text("0")),
    Column("late_facts", BigInteger, nullable=False, server_default=text("0")),
    UniqueConstraint("board", "period", "key", name="closings_period_key"),
)
"""One row a period that ended, for ever. ``snapshot`` says which facts it counted."""

Index("closings_closed_at_idx", closings.c.closed_at)

final_standings: Final = Table(
    "final_standings",
    metadata,
    Column("closing", BigInteger, ForeignKey("closings.number"), primary_key=True, autoincrement=False),
    Column("rank", BigInteger, primary_key=True, autoincrement=False),
    Column("player", _name, nullable=False),
    Column("score", Numeric(38, 0), nullable=False),
    Column("achieved_at", _moment, nullable=False),
)
"""Who stood where when a period closed. Only an erasure changes a row: it takes the player's name."""

Index("final_standings_player_idx", final_standings.c.player, final_standings.c.closing, final_standings.c.rank)

closing_progress: Final = Table(
    "closing_progress",
    metadata,
    Column("board", _name, primary_key=True),
    Column("closed_until", _moment, nullable=False),
)
"""Up to which end a board's days, weeks and months were looked at."""

hooks: Final = Table(
    "hooks",
    metadata,
    Column("hook", _name, primary_key=True),
    Column("url", Text, nullable=False),
    Column("events", ARRAY(Text), nullable=False),
    Column("secret", Text, nullable=False),
    Column("created_at", _moment, nullable=False, server_default=func.now()),
)
"""Who is told. ``secret`` is the name of the secret."""

deliveries: Final = Table(
    "deliveries",
    metadata,
    Column("delivery_id", Uuid, primary_key=True, server_default=func.gen_random_uuid()),
    Column("hook", _name, ForeignKey("hooks.hook", ondelete="CASCADE"), nullable=False),
    Column("event", _name, nullable=False),
    Column("closing", BigInteger, ForeignKey("closings.number"), nullable=False),
    Column("state", _name, nullable=False, server_default=text("'pending'")),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("next_try_at", _moment, nullable=False, server_default=func.now()),
    Column("outcome", Text, nullable=False, server_default=text("''")),
    Column("created_at", _moment, nullable=False, server_default=func.now()),
    CheckConstraint("state IN ('pending', 'delivered', 'dead')", name="deliveries_state_check"),
    UniqueConstraint("hook", "closing", "event", name="deliveries_closing_key"),
)
"""The outbox: one row a hook and closing, written with the closing."""

Index("deliveries_due_idx", deliveries.c.hook, deliveries.c.closing, postgresql_where=text("state = 'pending'"))
