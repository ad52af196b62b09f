"""The tables of reviews and of the names that players show, as SQLAlchemy Core sees them. Migration 0009 makes them."""

from typing import Final

from sqlalchemy import ARRAY, CheckConstraint, Column, DateTime, Index, Table, Text, Uuid, text

from ledgerboard_ledger.tables import metadata

_name: Final = Text(collation="C")
_moment: Final = DateTime(timezone=True)

reviews: Final = Table(
    "reviews",
    metadata,
    Column("event_id", Uuid, primary_key=True),
    Column("board", _name, nullable=False),
    Column("rules", ARRAY(Text), nullable=False),
    Column("state", _name, nullable=False, server_default=text("'open'")),
    Column("found_at", _moment, nullable=False),
    Column("decided_at", _moment),
    Column("author", _name),
    Column("reason", Text),
    Column("correction_id", Uuid),
    CheckConstraint("state IN ('open', 'approved', 'refused')", name="reviews_state_check"),
    CheckConstraint(
        "(state = 'open') = (decided_at IS NULL) AND (decided_at IS NULL) = (author IS NULL)"
        " AND (author IS NULL) = (reason IS NULL) AND (state = 'refused') = (correction_id IS NOT NULL)",
        name="reviews_decided_check",
    ),
)
"""One row a suspect play. Whose it is, the facts say. A verdict never changes; ``rules`` only ever grows."""

Index("reviews_state_idx", reviews.c.state, reviews.c.event_id)
Index("reviews_board_idx", reviews.c.board, reviews.c.state, reviews.c.event_id)
Index("reviews_author_idx", reviews.c.author, postgresql_where=text("author IS NOT NULL"))

player_names: Final = Table(
    "player_names",
    metadata,
    Column("player", _name, primary_key=True),
    Column("name", _name, nullable=False),
    Column("named_at", _moment, nullable=False),
)
"""What players want to be called. One row a player who said so."""
