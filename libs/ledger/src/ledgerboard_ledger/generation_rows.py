"""Rows of generations inside one transaction: made under the lock of their board, so that numbers are unbroken."""

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, RowMapping, case, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert

from ledgerboard_ledger.generation_records import Generation, GenerationStage
from ledgerboard_ledger.repair_tables import generations
from ledgerboard_ledger.tables import board_versions, boards

COLUMNS: Final = tuple(generations.c)
HOLDER: Final = "import/"
"""What the owner of a request begins with that is held back. No rebuilder is called so: a host's name has no slash."""
UNFINISHED: Final = (GenerationStage.REQUESTED, GenerationStage.OPENING, GenerationStage.BUILDING)


# In the order of the index, which no other index and no reading of all facts has.
_HAS_OLDER: Final = text("""
    SELECT board = :board AND event_id < first_id_after(now() - :age) FROM (
        SELECT board, event_id FROM facts
        WHERE (board, event_id) >= (:board, '00000000-0000-0000-0000-000000000000'::uuid)
        ORDER BY board, event_id LIMIT 1
    ) AS first
""")

_is_held: Final = generations.c.owner.startswith(HOLDER, autoescape=True)
NOT_HELD: Final[dict[str, Any]] = {
    name: case((_is_held, None), else_=generations.c[name]) for name in ("owner", "leased_until")
}
"""The change that takes a request from whoever holds it back. A rebuilder that claimed it keeps it."""


def lock_board(connection: Connection, board: str) -> RowMapping:
    """The board's row, made if need be and locked until the transaction ends."""
    connection.execute(insert(boards).values(board=board).on_conflict_do_nothing())
    locked = select(boards).where(boards.c.board == board).with_for_update()
    return connection.execute(locked).mappings().one()


def request_row(
    connection: Connection, board: str, *, board_version: int | None, reason: str, author: str
) -> Generation:
    """Ask for a rebuild of a board whose lock is held. One that nobody began serves, under the version asked last.

    If an import holds it back, it does so no longer.
    """
    version = board_version if board_version is not None else newest_version(connection, board)
    pending = (
        update(generations)
        .where(generations.c.board == board, generations.c.state == GenerationStage.REQUESTED)
        .values(board_version=version, **NOT_HELD)
        .returning(*COLUMNS)
    )
    row = connection.execute(pending).mappings().first()
    if row is not None:
        return generation_of(row)
    return insert_row(connection, board, board_version=version, state="requested", reason=reason, author=author)


def insert_row(connection: Connection, board: str, **values: Any) -> Generation:
    """The board's next generation, which one who holds the board's lock makes."""
    number = connection.execute(select(func.max(generations.c.number)).where(generations.c.board == board)).scalar()
    made = insert(generations).values(board=board, number=(number or 0) + 1, **values).returning(*COLUMNS)
    return generation_of(connection.execute(made).mappings().one())


def claiming(owner: str, lease_seconds: float) -> Any:
    """The change that takes the oldest free generation: of each board the first unfinished one, without waiting."""
    earlier = generations.alias("earlier")
    has_earlier = select(earlier.c.number).where(
        earlier.c.board == generations.c.board,
        earlier.c.number < generations.c.number,
        earlier.c.state.in_(UNFINISHED),
    )
    is_free = or_(generations.c.leased_until.is_(None), generations.c.leased_until < func.now())
    chosen = (
        select(generations.c.board, generations.c.number)
        .where(generations.c.state.in_(UNFINISHED), is_free, ~has_earlier.exists())
        .order_by(generations.c.requested_at, generations.c.board)
        .limit(1)
        .with_for_update(skip_locked=True)
        .cte("chosen")
    )
    return (
        update(generations)
        .where(generations.c.board == chosen.c.board, generations.c.number == chosen.c.number)
        .values(owner=owner, leased_until=lease_end(lease_seconds))
        .returning(*COLUMNS)
    )


def lease_end(seconds: float) -> ColumnElement[Any]:
    """When a lease of so many seconds lapses that begins now, by the clock of the database."""
    return func.now() + timedelta(seconds=seconds)


def is_old(board: ColumnElement[str], requested_before: datetime) -> ColumnElement[bool]:
    """Whether every generation that a board has or is to have was requested before a moment."""
    newer = generations.alias("newer")
    found = select(newer.c.number).where(
        newer.c.board == board, newer.c.requested_at >= requested_before, newer.c.state != GenerationStage.DROPPED
    )
    return ~found.exists()


def newest_version(connection: Connection, board: str) -> int:
    """The board's greatest version, or 1 for a board that has none."""
    greatest = select(func.max(board_versions.c.version)).where(board_versions.c.board == board)
    return connection.execute(greatest).scalar() or 1


def lock_facts(connection: Connection) -> None:
    """Keep the months of the ledger where they are until the transaction ends: before any board is locked.

    Who archives one locks all facts, and then the boards that lose some.
    """
    connection.execute(text("LOCK TABLE facts IN ACCESS SHARE MODE"))


def has_facts_older_than(connection: Connection, board: str, age: timedelta) -> bool:
    """Whether the ledger holds a fact of ``board`` that was accepted so long ago. One look into each month's index."""
    return bool(connection.execute(_HAS_OLDER, {"board": board, "age": age}).scalar())


def is_projected(connection: Connection, board: str) -> bool:
    """Whether the board has, or had, any generation."""
    found = select(generations.c.number).where(generations.c.board == board).limit(1)
    return connection.execute(found).first() is not None


def generation_of(row: RowMapping) -> Generation:
    """A row as the record it is."""
    return Generation(**dict(row) | {"state": GenerationStage(row["state"])})
