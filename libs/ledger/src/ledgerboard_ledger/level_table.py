"""The table of levels that players named, as SQLAlchemy Core sees it. Migration 0014 makes it."""

from typing import Final

from sqlalchemy import Column, Integer, Table, UniqueConstraint, func

from ledgerboard_ledger.tables import metadata, moment_type, name_type

board_levels: Final = Table(
    "board_levels",
    metadata,
    Column("board", name_type, primary_key=True),
    Column("level", name_type, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("named_at", moment_type, nullable=False, server_default=func.now()),
    UniqueConstraint("board", "number", name="board_levels_number_key"),
)
"""One row a level of a board that a player was the first to name, in that order."""
