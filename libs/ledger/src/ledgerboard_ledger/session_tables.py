"""The tables of sessions and seats, as SQLAlchemy Core sees them. Migration 0008 makes them."""

from typing import Final

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    Text,
    func,
    text,
)

from ledgerboard_ledger.tables import metadata

_name: Final = Text(collation="C")
_moment: Final = DateTime(timezone=True)

sessions: Final = Table(
    "sessions",
    metadata,
    Column("board", _name, primary_key=True),
    Column("session", _name, primary_key=True),
    Column("game_type", _name, nullable=False),
    Column("capacity", Integer, nullable=False),
    Column("minutes", Integer),
    Column("opened_at", _moment, nullable=False, server_default=func.clock_timestamp()),
    Column("closed_at", _moment),
    CheckConstraint(
        "game_type IN ('MULTIPLE_TRIALS', 'SINGLE_TRIAL', 'TIME_CONSTRAINED')", name="sessions_game_type_check"
    ),
    CheckConstraint("capacity > 0", name="sessions_capacity_check"),
    CheckConstraint("(minutes IS NOT NULL) = (game_type = 'TIME_CONSTRAINED')", name="sessions_minutes_check"),
    CheckConstraint("closed_at >= opened_at", name="sessions_closed_at_check"),
)
"""One row a session. ``closed_at`` may lie ahead; once past it never changes."""

Index("sessions_opened_idx", sessions.c.board, sessions.c.opened_at, sessions.c.session)
Index("sessions_open_idx", sessions.c.board, text("coalesce(closed_at, 'infinity')"))

seats: Final = Table(
    "seats",
    metadata,
    Column("board", _name, primary_key=True),
    Column("session", _name, primary_key=True),
    Column("player", _name, primary_key=True),
    Column("seated_at", _moment, nullable=False),
    Column("freed_at", _moment),
    ForeignKeyConstraint(["board", "session"], ["sessions.board", "sessions.session"], name="seats_session_fkey"),
    CheckConstraint("freed_at >= seated_at", name="seats_freed_at_check"),
)
"""One row a player who was ever seated in a session; ``freed_at`` is null while they are."""

Index("seats_taken_idx", seats.c.board, seats.c.session, seats.c.player, postgresql_where=text("freed_at IS NULL"))
Index("seats_player_idx", seats.c.player)
