"""Board definitions in PostgreSQL.

A version is written once and never changed. Whoever makes one holds the lock of the board's row, so two processes never
make the same number, and equal options never make two versions.
"""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Engine, RowMapping, Select, func, select
from sqlalchemy.dialects.postgresql import insert

from ledgerboard_contracts import DEFAULT_OPTIONS, BoardDefinition, BoardOptions
from ledgerboard_infra.postgres import postgres_errors
from ledgerboard_ledger.generation_rows import is_projected, lock_board, request_row
from ledgerboard_ledger.tables import board_versions, boards

_is_not_deleted: Final = board_versions.c.version > func.coalesce(boards.c.deleted_version, 0)
_versions: Final = select(board_versions.c.board, board_versions.c.version, board_versions.c.options)


class PostgresDefinitions:
    """The record of every board's versions. Every method raises `UnavailableError` when PostgreSQL is down.

    ``listing``: what lists are read by, where they must not take the connections of everything else.
    """

    def __init__(self, engine: Engine, listing: Engine | None = None) -> None:
        self._engine = engine
        self._listing = listing or engine

    def current(self, board: str) -> BoardDefinition | None:
        """The board's greatest version, or None for one that nobody defined or played, or not since its deletion."""
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

        Equal options make nothing. Options that rank the same facts otherwise ask for a rebuild in the same
        transaction; until it is done, the board is read as before.
        """
        with postgres_errors(), self._engine.begin() as connection:
            lock_board(connection, board)
            current = _first(connection, _current(board))
            if current is not None and current.options == options:
                return current, False
            return _make(connection, board, options), True

    def list(self, after: str | None, limit: int, prefix: str = "", contains: str = "") -> Sequence[BoardDefinition]:
        """Current definitions by name (byte order), from the first one after ``after``.

        Only those whose name begins with ``prefix`` and holds ``contains``, in whatever case. The first is found by the
        key, the second by reading on until the page is full.
        """
        latest = (
            select(board_versions.c.version, board_versions.c.options)
            .where(board_versions.c.board == boards.c.board, _is_not_deleted)
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
        with postgres_errors(), self._listing.connect() as connection:
            return [_definition(row) for row in connection.execute(page).mappings()]

    def _make_default(self, board: str) -> BoardDefinition:
        """The loser of a race waits for the winner's lock, and then reads what the winner wrote."""
        with postgres_errors(), self._engine.begin() as connection:
            lock_board(connection, board)
            return _first(connection, _current(board)) or _make(connection, board, DEFAULT_OPTIONS)


def _make(connection: Connection, board: str, options: BoardOptions) -> BoardDefinition:
    """The next version of a board whose lock is held, and the rebuild that it may take."""
    newest = _first(connection, _newest(board))
    made = BoardDefinition(board=board, version=newest.version + 1 if newest else 1, options=options)
    connection.execute(insert(board_versions).values(_values(made)))
    if newest is not None and not newest.options.projects_like(options) and is_projected(connection, board):
        request_row(connection, board, board_version=made.version, reason="definition", author="definitions")
    return made


def _newest(board: str) -> Select[Any]:
    return _versions.where(board_versions.c.board == board).order_by(board_versions.c.version.desc()).limit(1)


def _current(board: str) -> Select[Any]:
    return _newest(board).join(boards).where(_is_not_deleted)


def _first(connection: Connection, wanted: Select[Any]) -> BoardDefinition | None:
    row = connection.execute(wanted).mappings().first()
    return None if row is None else _definition(row)


def _definition(row: RowMapping) -> BoardDefinition:
    options = msgspec.convert(row["options"], BoardOptions)
    return BoardDefinition(board=row["board"], version=row["version"], options=options)


def _values(definition: BoardDefinition) -> dict[str, Any]:
    options = msgspec.to_builtins(definition.options)
    return {"board": definition.board, "version": definition.version, "options": options}
