"""The tables of ranks over time and of comparisons, as SQLAlchemy Core sees them. Migration 0005 makes them."""

from typing import Final

from sqlalchemy import BigInteger, Column, Date, Index, Integer, Numeric, Table

from ledgerboard_ledger.tables import metadata, moment_type, name_type, rejections

rank_days: Final = Table(
    "rank_days",
    metadata,
    Column("board", name_type, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("taken_at", moment_type, nullable=False),
    Column("players", BigInteger, nullable=False),
)
"""One row a board and day whose ranks were taken."""

rank_snapshots: Final = Table(
    "rank_snapshots",
    metadata,
    Column("board", name_type, primary_key=True),
    Column("player", name_type, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("rank", BigInteger, nullable=False),
    Column("score", Numeric(38, 0), nullable=False),
)
"""Where a player stood on a board on a day."""

Index("rank_snapshots_player_idx", rank_snapshots.c.player)

reconciled: Final = Table(
    "reconciled",
    metadata,
    Column("board", name_type, primary_key=True),
    Column("reconciled_at", moment_type, nullable=False),
    Column("views", Integer, nullable=False),
    Column("differences", Integer, nullable=False),
    Column("unsettled", Integer, nullable=False),
)
"""What came out when a board was last compared with the ledger."""

Index("rejections_board_idx", rejections.c.board, rejections.c.event_id)
