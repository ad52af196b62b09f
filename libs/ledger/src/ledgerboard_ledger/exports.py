"""Read everything that the ledger holds, or all of one board, as of one moment and in bounded memory."""

from collections.abc import Generator
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Connection, Engine, Select, func, or_, select, true

from ledgerboard_contracts import BoardDefinition, BoardOptions, Correction, CorrectionKind, Fact, Rejection
from ledgerboard_contracts.scores import RejectionReason
from ledgerboard_infra.postgres import postgres_errors
from ledgerboard_ledger.months import Month
from ledgerboard_ledger.repair_tables import corrections
from ledgerboard_ledger.tables import board_versions, facts, rejections

_ROWS_A_FETCH: Final = 5_000
_FACT: Final = tuple(field.name for field in fields(Fact))
_CORRECTION: Final = tuple(field.name for field in fields(Correction))
_REJECTION: Final = tuple(field.name for field in fields(Rejection))


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedVersion:
    """One version of a board's definition, and when it was made."""

    definition: BoardDefinition
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedFact:
    """One fact, with what its envelope said of it."""

    board: str
    board_version: int
    envelope_id: UUID
    fact: Fact


Exported = RecordedVersion | Correction | RecordedFact | Rejection


class LedgerExport:
    """Reads in one transaction that sees one moment. Raises `UnavailableError` when PostgreSQL is down."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine.execution_options(isolation_level="REPEATABLE READ")

    def count(self, board: str | None, month: Month | None = None) -> int:
        """How many facts there are to export."""
        wanted = select(func.count()).select_from(facts).where(_of(facts.c.board, board), _in(facts.c.event_id, month))
        with postgres_errors(), self._engine.connect() as connection:
            return connection.execute(wanted).scalar_one()

    def records(self, board: str | None, month: Month | None = None) -> Generator[Exported, None, None]:
        """Definitions and corrections first, so that facts meet them; then facts and rejections, by id.

        With a ``month``, only events that were accepted in it. Of one ``board`` there are also the corrections that
        are about every board, of the players who play on it.
        """
        with postgres_errors(), self._engine.connect() as connection:
            yield from _versions(connection, board)
            yield from _corrections(connection, board)
            yield from _facts(connection, board, month)
            yield from _rejections(connection, board, month)


def _of(column: ColumnElement[str], board: str | None) -> ColumnElement[bool]:
    return true() if board is None else column == board


def _in(event_id: ColumnElement[UUID], month: Month | None) -> ColumnElement[bool]:
    if month is None:
        return true()
    return (event_id >= month.first_id) & (event_id < month.following.first_id)


def _rows(connection: Connection, wanted: Select[Any]) -> Generator[Any, None, None]:
    with connection.execution_options(yield_per=_ROWS_A_FETCH).execute(wanted) as result:
        yield from result.mappings()


def _versions(connection: Connection, board: str | None) -> Generator[RecordedVersion, None, None]:
    wanted = select(board_versions).where(_of(board_versions.c.board, board))
    for row in _rows(connection, wanted.order_by(board_versions.c.board, board_versions.c.version)):
        options = msgspec.convert(row["options"], BoardOptions)
        definition = BoardDefinition(board=row["board"], version=row["version"], options=options)
        yield RecordedVersion(definition=definition, created_at=row["created_at"])


def _corrections(connection: Connection, board: str | None) -> Generator[Correction, None, None]:
    wanted = select(*(corrections.c[name] for name in _CORRECTION)).order_by(corrections.c.correction_id)
    if board is not None:
        players = select(facts.c.player).where(facts.c.board == board)
        everywhere = corrections.c.board.is_(None) & corrections.c.player.in_(players)
        wanted = wanted.where(or_(corrections.c.board == board, everywhere))
    for row in _rows(connection, wanted):
        yield Correction(**dict(row) | {"kind": CorrectionKind(row["kind"])})


def _facts(connection: Connection, board: str | None, month: Month | None) -> Generator[RecordedFact, None, None]:
    wanted = select(facts).where(_of(facts.c.board, board), _in(facts.c.event_id, month)).order_by(facts.c.event_id)
    for row in _rows(connection, wanted):
        yield RecordedFact(
            board=row["board"],
            board_version=row["board_version"],
            envelope_id=row["envelope_id"],
            fact=Fact(**{name: row[name] for name in _FACT}),
        )


def _rejections(connection: Connection, board: str | None, month: Month | None) -> Generator[Rejection, None, None]:
    columns = [rejections.c[name] for name in _REJECTION]
    wanted = select(*columns).where(_of(rejections.c.board, board), _in(rejections.c.event_id, month))
    for row in _rows(connection, wanted.order_by(rejections.c.event_id)):
        yield Rejection(**dict(row) | {"reason": RejectionReason(row["reason"])})
