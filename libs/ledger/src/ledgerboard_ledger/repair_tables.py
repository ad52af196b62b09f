"""The tables of corrections and generations, as SQLAlchemy Core sees them: what counts no longer, and who saw to it.

The ledger alone is the record. These say which of it counts, and since when the boards know.
"""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
    func,
    text,
)

from ledgerboard_ledger.tables import Xid8, metadata, moment_type, name_type

corrections: Final = Table(
    "corrections",
    metadata,
    Column("correction_id", Uuid, primary_key=True),
    Column("kind", name_type, nullable=False),
    Column("occurred_at", moment_type, nullable=False),
    Column("reason", Text, nullable=False),
    Column("author", name_type, nullable=False),
    Column("board", name_type),
    Column("player", name_type),
    Column("event_id", Uuid),
    Column("veil", name_type),
    Column("recorded_at", moment_type, nullable=False, server_default=func.now()),
    Column("recorded_xid", Xid8, server_default=func.pg_current_xact_id()),
)
"""What no longer counts, and why. An erasure names no player: it holds their new name, and the veil of the old one."""

_erases: Final = text("kind = 'erase'")
Index("corrections_event_idx", corrections.c.event_id, postgresql_where=text("kind = 'void'"))
Index(
    "corrections_reset_idx",
    corrections.c.board,
    corrections.c.occurred_at,
    postgresql_where=text("kind IN ('reset', 'delete')"),
)
Index(
    "corrections_player_idx",
    corrections.c.player,
    corrections.c.correction_id,
    postgresql_where=text("player IS NOT NULL"),
)
Index("corrections_veil_idx", corrections.c.veil, corrections.c.correction_id, postgresql_where=_erases)
Index("corrections_erased_idx", corrections.c.recorded_at, postgresql_where=_erases)

corrected: Final = Table(
    "corrected",
    metadata,
    Column("player", name_type, primary_key=True),
    Column("board", name_type, primary_key=True),
    Column("correction_id", Uuid, nullable=False),
    Column("ban_id", Uuid),
    Column("unban_id", Uuid),
)
"""What the corrections of a player come to, one row a board: the newest of each sort. Board '' is every board."""

Index("corrected_banned_idx", corrected.c.board, corrected.c.player, postgresql_where=text("ban_id IS NOT NULL"))

restated: Final = Table(
    "restated",
    metadata,
    Column("player", name_type, primary_key=True),
    Column("board", name_type, primary_key=True),
    Column("correction_id", Uuid, nullable=False),
    Column("opens", Integer, nullable=False, server_default="1"),
    Column("snapshot", name_type),
    Column("until", moment_type),
)
"""The horizon from which a corrected player's standing was last drawn. ``until`` is missing while it is being drawn."""

Index("restated_veiled_idx", restated.c.until, postgresql_where=text("length(player) > 64"))

generations: Final = Table(
    "generations",
    metadata,
    Column("board", name_type, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("board_version", Integer, nullable=False),
    Column("state", name_type, nullable=False),
    Column("snapshot", name_type),
    Column("until", moment_type),
    Column("cursor", Uuid),
    Column("facts_folded", BigInteger, nullable=False, server_default="0"),
    Column("facts_total", BigInteger),
    Column("reason", Text, nullable=False),
    Column("author", name_type, nullable=False),
    Column("owner", name_type),
    Column("leased_until", moment_type),
    Column("requested_at", moment_type, nullable=False, server_default=func.now()),
    Column("finished_at", moment_type),
    CheckConstraint("number >= 1", name="generations_number_check"),
)
"""Complete projections of a board: at most one is requested, at most one is live."""

Index("generations_live_idx", generations.c.board, unique=True, postgresql_where=text("state = 'live'"))
Index("generations_requested_idx", generations.c.board, unique=True, postgresql_where=text("state = 'requested'"))
Index(
    "generations_unfinished_idx",
    generations.c.requested_at,
    postgresql_where=text("state IN ('requested', 'opening', 'building')"),
)

touched: Final = Table(
    "touched",
    metadata,
    Column("board", name_type, primary_key=True),
    Column("touched_at", moment_type, nullable=False),
)
"""When rankers last wrote to a board's views."""

Index("touched_at_idx", touched.c.touched_at)

beats: Final = Table(
    "beats",
    metadata,
    Column("key", name_type, primary_key=True),
    Column("token", name_type),
    Column("beaten_at", moment_type),
    Column("run_id", name_type),
    Column("replication_id", name_type),
    Column("evicted_keys", BigInteger),
    Column("noticed_at", moment_type),
    Column("doubted_since", moment_type),
    Column("look_again_at", moment_type),
    Column("healed_at", moment_type),
    Column("is_elsewhere", Boolean, nullable=False, server_default=text("false")),
)
"""The last beat that a watcher took of each primary of Redis, by the beat's key there; and what is in doubt of it: from
``noticed_at`` on until it is settled. A doubt without ``doubted_since`` is of all boards."""

salt: Final = Table("salt", metadata, Column("value", LargeBinary, nullable=False))
"""One row: what every veil is salted with."""
