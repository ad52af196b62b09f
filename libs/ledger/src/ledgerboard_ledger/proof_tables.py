"""The tables of ranks over time and of comparisons, as SQLAlchemy Core sees them."""

from typing import Final

from sqlalchemy import BigInteger, Column, Date, ForeignKey, Index, Integer, Numeric, Table, Text, Uuid, func, text

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

reconciliations: Final = Table(
    "reconciliations",
    metadata,
    Column("reconciliation_id", Uuid, primary_key=True, server_default=func.gen_random_uuid()),
    Column("board", name_type),
    Column("state", name_type, nullable=False, server_default="requested"),
    Column("requested_at", moment_type, nullable=False, server_default=func.now()),
    Column("started_at", moment_type),
    Column("finished_at", moment_type),
    Column("owner", name_type),
    Column("leased_until", moment_type),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("after_board", name_type),
    Column("boards", Integer),
    Column("boards_compared", Integer, nullable=False, server_default="0"),
    Column("boards_unread", Integer, nullable=False, server_default="0"),
    Column("views", BigInteger, nullable=False, server_default="0"),
    Column("views_done", BigInteger, nullable=False, server_default="0"),
    Column("views_compared", BigInteger, nullable=False, server_default="0"),
    Column("suspicions", Integer, nullable=False, server_default="0"),
    Column("differences", BigInteger, nullable=False, server_default="0"),
    Column("unsettled", BigInteger, nullable=False, server_default="0"),
    Column("failure", Text),
)
"""A comparison that was asked for, of one board or of all, and how far it is."""

Index(
    "reconciliations_requested_idx",
    func.coalesce(reconciliations.c.board, text("''")),
    unique=True,
    postgresql_where=text("state = 'requested'"),
)

reconciliation_differences: Final = Table(
    "reconciliation_differences",
    metadata,
    Column(
        "reconciliation_id", Uuid, ForeignKey(reconciliations.c.reconciliation_id, ondelete="CASCADE"), primary_key=True
    ),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("board", name_type, nullable=False),
    Column("view", name_type, nullable=False),
    Column("kind", name_type, nullable=False),
    Column("player", name_type),
    Column("detail", Text, nullable=False),
)
"""The first differences that one of them found."""

Index("reconciliation_differences_player_idx", reconciliation_differences.c.player)
