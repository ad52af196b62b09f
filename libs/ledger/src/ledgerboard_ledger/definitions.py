"""Board definitions in PostgreSQL.

A version is written once and never changed. Whoever makes one holds the lock of the board's row, so two processes never
make the same number, and equal options never make two versions.
"""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Engine, RowMapping, Select, select
from sqlalchemy.dialects.postgresql import insert

from ledgerboard_contracts import DEFAULT_OPTIONS, BoardDefinition, BoardOptions
from ledgerboard_infra.postgres import postgres_errors
from ledgerboard_ledger.tables import board_versions, boards

_versions: Final = select(board_versions.c.board, board_versions.c.version, board_versions.c.options)


class ProjectionConflictError(ValueError):
    """The new options would rank the same facts otherwise, which takes a rebuild. ``field`` names the first such."""

    def __init__(self, field: str) -> None:
        super().__init__(f"{field} cannot change on a board that exists")
        self.field = field


class PostgresDefinitions:
    """The record of every board's versions. Every method raises `UnavailableError` when PostgreSQL is down."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def current(self, board: str) -> BoardDefinition | None:
        """The board's greatest version, or None for a board that nobody defined or submitted to."""
        with postgres_errors(), self._engine.connect() as connection:
            return _first(connection, _current(board))

    def version(self, board: str, version: int) -> BoardDefinition | None:
        """One version of the board. What was once found never changes."""
        wanted = _versions.where(board_versions.c.board == board, board_versions.c.version == version)
        with postgres_errors(), self._engine.connect() as connection:
            return _first(connection, wanted)

    def ensure(self, board: str) -> BoardDefinition:
        """The board's current version; an unknown board gets version 1 with the default options. Safe to race."""
        return self.current(board) or self._make_default(board)

    def define(self, board: str, options: BoardOptions) -> tuple[BoardDefinition, bool]:
        """The definition that now carries ``options``, and whether this call made it (version 1: the board is new).

        Equal options make nothing. Raises `ProjectionConflictError` where facts would rank otherwise.
        """
        with postgres_errors(), self._engine.begin() as connection:
            connection.execute(insert(boards).values(board=board).on_conflict_do_nothing())
            connection.execute(select(boards.c.board).where(boards.c.board == board).with_for_update())
            current = _first(connection, _current(board))
            if current is not None and current.options == options:
                return current, False
            if current is not None:
                _refuse_other_projection(current.options, options)
            following = BoardDefinition(board=board, version=current.version + 1 if current else 1, options=options)
            connection.execute(insert(board_versions).values(_values(following)))
            return following, True

    def list(self, after: str | None, limit: int, prefix: str = "", contains: str = "") -> Sequence[BoardDefinition]:
        """Current definitions by name (byte order), from the first one after ``after``.

        Only those whose name begins with ``prefix`` and holds ``contains``, in whatever case. The first is found by the
        key, the second by reading on until the page is full.
        """
        latest = (
            select(board_versions.c.version, board_versions.c.options)
            .where(board_versions.c.board == boards.c.board)
            .order_by(board_versions.c.version.desc())
            .limit(1)
            .lateral()
        )
        page = select(boards.c.board, latest.c.version, latest.c.options).order_by(boards.c.board).limit(limit)
        if after is not None:
            page = page.where(boards.c.board > after)
        if prefix:
            page = page.where(boards.c.board >= prefix, boards.c.board.startswith(prefix, autoescape=True))
        if contains:
            page = page.where(boards.c.board.icontains(contains, autoescape=True))
        with postgres_errors(), self._engine.connect() as connection:
            return [_definition(row) for row in connection.execute(page).mappings()]

    def _make_default(self, board: str) -> BoardDefinition:
        """The loser of a race waits for the winner's commit at the unique key, and then reads what the winner wrote."""
        first = BoardDefinition(board=board, version=1, options=DEFAULT_OPTIONS)
        with postgres_errors(), self._engine.begin() as connection:
            connection.execute(insert(boards).values(board=board).on_conflict_do_nothing())
            connection.execute(insert(board_versions).values(_values(first)).on_conflict_do_nothing())
            return _first(connection, _current(board)) or first


def _current(board: str) -> Select[Any]:
    return _versions.where(board_versions.c.board == board).order_by(board_versions.c.version.desc()).limit(1)


def _first(connection: Connection, wanted: Select[Any]) -> BoardDefinition | None:
    row = connection.execute(wanted).mappings().first()
    return None if row is None else _definition(row)


def _definition(row: RowMapping) -> BoardDefinition:
    options = msgspec.convert(row["options"], BoardOptions)
    return BoardDefinition(board=row["board"], version=row["version"], options=options)


def _values(definition: BoardDefinition) -> dict[str, Any]:
    options = msgspec.to_builtins(definition.options)
    return {"board": definition.board, "version": definition.version, "options": options}


def _refuse_other_projection(before: BoardOptions, after: BoardOptions) -> None:
    conflict = before.projection_conflict(after)
    if conflict is not None:
        raise ProjectionConflictError(conflict)
