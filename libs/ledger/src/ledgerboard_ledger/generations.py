"""Generations in PostgreSQL: who is to build what, how far it is, and from which snapshot.

A row that can be seen comes before the snapshot, and the snapshot before the first fold. So whoever records a fact that
the snapshot lacks sees the row, and tells the fact again.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Engine, func, select, update

from ledgerboard_infra.postgres import postgres_errors
from ledgerboard_ledger.generation_records import Generation, GenerationStage, UnknownGenerationError
from ledgerboard_ledger.generation_rows import (
    COLUMNS,
    NOT_HELD,
    UNFINISHED,
    claiming,
    generation_of,
    has_facts_older_than,
    insert_row,
    is_old,
    is_projected,
    lease_end,
    lock_board,
    lock_facts,
    newest_version,
    request_row,
)
from ledgerboard_ledger.repair_tables import generations
from ledgerboard_ledger.snapshots import Snapshots

FOUNDING: Final = timedelta(minutes=10)
"""For how long facts of a board may be recorded before a ranker makes its first generation."""

_OPEN: Final = (GenerationStage.OPENING, GenerationStage.BUILDING)
_STANDING: Final = (*_OPEN, GenerationStage.LIVE)


class PostgresGenerations:
    """The record of generations. Every method raises `UnavailableError` when PostgreSQL is down. Thread-safe.

    Safe to repeat and to race: each step is one conditional change of one row.
    """

    def __init__(self, engine: Engine, snapshots: Snapshots | None = None) -> None:
        self._engine = engine
        self._snapshots = snapshots or Snapshots(engine)

    def adopt(self, board: str, board_version: int) -> tuple[Generation, bool]:
        """The first generation, live from the beginning, and whether this call made it.

        A board that was projected before gets none: then its live generation is returned, or else its newest. Nor does
        one of which the ledger has held facts for a while: those were recorded when nobody folded them, as an import
        does. It gets a request, which is to be opened like that of a board that was lost. The version is the board's
        newest, or ``board_version`` where that is newer.
        """
        with postgres_errors(), self._engine.begin() as connection:
            lock_facts(connection)
            lock_board(connection, board)
            if is_projected(connection, board):
                standing = select(*COLUMNS).where(generations.c.board == board)
                newest_first = standing.order_by(
                    (generations.c.state == GenerationStage.LIVE).desc(), generations.c.number.desc()
                )
                return generation_of(connection.execute(newest_first.limit(1)).mappings().one()), False
            version = max(board_version, newest_version(connection, board))
            if has_facts_older_than(connection, board, FOUNDING):
                return insert_row(
                    connection, board, board_version=version, state="requested", reason="recorded", author="ranker"
                ), False
            return insert_row(
                connection, board, board_version=version, state="live", reason="first", author="ranker"
            ), True

    def live(self, board: str) -> Generation | None:
        """The generation that readers see, or None for a board without one."""
        wanted = select(*COLUMNS).where(generations.c.board == board, generations.c.state == GenerationStage.LIVE)
        return self._first(wanted)

    def get(self, board: str, number: int) -> Generation | None:
        """One generation."""
        return self._first(select(*COLUMNS).where(*_is(board, number)))

    def request(self, board: str, *, board_version: int | None, reason: str, author: str) -> Generation:
        """Ask for a rebuild under ``board_version`` (None: the newest). One that nobody began yet serves."""
        with postgres_errors(), self._engine.begin() as connection:
            lock_board(connection, board)
            return request_row(connection, board, board_version=board_version, reason=reason, author=author)

    def open(self, board: str, number: int) -> Generation:
        """Let history see the generation, and give it a snapshot, which it keeps for good. Waits for older writers.

        Raises `UnknownGenerationError` for one that was dropped or never made.
        """
        opening = update(generations).where(*_is(board, number), generations.c.state == GenerationStage.REQUESTED)
        self._changed(opening.values(state=GenerationStage.OPENING, **NOT_HELD))
        known = self._standing(board, number)
        if known.snapshot is not None or known.state is GenerationStage.LIVE:
            return known
        with postgres_errors():
            snapshot = self._snapshots.after_all_writers()
        missing = update(generations).where(*_is(board, number), generations.c.snapshot.is_(None))
        self._changed(missing.values(snapshot=snapshot))
        return self._standing(board, number)

    def opened(self, board: str, number: int, until: datetime) -> None:
        """The boards know of it since ``until`` at the latest. Of several moments the last one stands."""
        row = update(generations).where(*_is(board, number), generations.c.state.in_(_OPEN))
        self._changed(row.values(state=GenerationStage.BUILDING, until=func.greatest(generations.c.until, until)))

    def claim(self, owner: str, lease_seconds: float) -> Generation | None:
        """Take the oldest rebuild that nobody has, or whose owner was not heard of in time. One a board at a time."""
        return self._changed(claiming(owner, lease_seconds))

    def progress(
        self,
        board: str,
        number: int,
        owner: str,
        *,
        cursor: UUID | None,
        facts_folded: int,
        lease_seconds: float,
        facts_total: int | None = None,
    ) -> bool:
        """Note how far it is and renew the lease. False: the lease is lost, and somebody else goes on."""
        row = update(generations).where(
            *_is(board, number), generations.c.owner == owner, generations.c.state.in_(UNFINISHED)
        )
        noted: dict[str, Any] = {
            "cursor": cursor,
            "facts_folded": facts_folded,
            "leased_until": lease_end(lease_seconds),
        }
        if facts_total is not None:
            noted["facts_total"] = facts_total
        return self._changed(row.values(noted).returning(*COLUMNS)) is not None

    def release(self, board: str, number: int, owner: str) -> None:
        """Give the rebuild back, for another to go on with at once."""
        row = update(generations).where(*_is(board, number), generations.c.owner == owner)
        self._changed(row.values(owner=None, leased_until=None))

    def finish(self, board: str, number: int) -> Generation:
        """Readers see this generation now, and the one before is dropped. Raises `UnknownGenerationError`."""
        before = update(generations).where(
            generations.c.board == board, generations.c.state == GenerationStage.LIVE, generations.c.number != number
        )
        row = update(generations).where(*_is(board, number), generations.c.state.in_(_STANDING))
        ended = {
            "owner": None,
            "leased_until": None,
            "finished_at": func.coalesce(generations.c.finished_at, func.now()),
        }
        with postgres_errors(), self._engine.begin() as connection:
            lock_board(connection, board)
            connection.execute(before.values(state=GenerationStage.DROPPED))
            found = connection.execute(row.values(state=GenerationStage.LIVE, **ended).returning(*COLUMNS))
            made = found.mappings().first()
            if made is None:
                raise UnknownGenerationError(f"{board} has no generation {number} to finish")
            return generation_of(made)

    def abandon(self, board: str, number: int) -> None:
        """Drop a generation that never was live."""
        row = update(generations).where(*_is(board, number), generations.c.state.in_(UNFINISHED))
        dropped = {"state": GenerationStage.DROPPED, "owner": None, "leased_until": None, "finished_at": func.now()}
        self._changed(row.values(dropped))

    def list(self, board: str | None = None, limit: int = 1000) -> Sequence[Generation]:
        """Generations of one board or of all, the last requested first."""
        wanted = select(*COLUMNS).order_by(generations.c.requested_at.desc(), generations.c.number.desc()).limit(limit)
        if board is not None:
            wanted = wanted.where(generations.c.board == board)
        with postgres_errors(), self._engine.connect() as connection:
            return [generation_of(row) for row in connection.execute(wanted).mappings()]

    def boards_live(self, after: str | None, limit: int, requested_before: datetime | None = None) -> Sequence[str]:
        """Boards with a live generation by name, from the first one after ``after``.

        With ``requested_before`` those alone of which no generation was requested since.
        """
        wanted = select(generations.c.board).where(generations.c.state == GenerationStage.LIVE)
        if requested_before is not None:
            wanted = wanted.where(is_old(generations.c.board, requested_before))
        if after is not None:
            wanted = wanted.where(generations.c.board > after)
        with postgres_errors(), self._engine.connect() as connection:
            return list(connection.execute(wanted.order_by(generations.c.board).limit(limit)).scalars())

    def begun(self, requested_before: datetime | None = None) -> Sequence[str]:
        """Every board of which a generation is opening or building, by name. However many boards there are.

        With ``requested_before`` those alone of which one was requested before.
        """
        wanted = select(generations.c.board).where(generations.c.state.in_(_OPEN)).distinct()
        if requested_before is not None:
            wanted = wanted.where(generations.c.requested_at < requested_before)
        with postgres_errors(), self._engine.connect() as connection:
            return list(connection.execute(wanted.order_by(generations.c.board)).scalars())

    def _standing(self, board: str, number: int) -> Generation:
        known = self.get(board, number)
        if known is None or known.state is GenerationStage.DROPPED:
            raise UnknownGenerationError(f"{board} has no generation {number} to build")
        return known

    def _first(self, wanted: Any) -> Generation | None:
        with postgres_errors(), self._engine.connect() as connection:
            row = connection.execute(wanted).mappings().first()
        return None if row is None else generation_of(row)

    def _changed(self, change: Any) -> Generation | None:
        with postgres_errors(), self._engine.begin() as connection:
            result = connection.execute(change)
            row = result.mappings().first() if result.returns_rows else None
        return None if row is None else generation_of(row)


def _is(board: str, number: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return generations.c.board == board, generations.c.number == number
