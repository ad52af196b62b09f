"""Read the ledger: from the reader endpoint, or from the writer where the reader does not answer.

A replica may lag behind by some milliseconds; an event that is not there yet is simply not there yet.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import Connection, Engine, Select, select

from ledgerboard_contracts import Rejection, RejectionReason
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.logs import get_logger
from ledgerboard_infra.postgres import postgres_errors
from ledgerboard_ledger.records import Play, Recorded, Rejected
from ledgerboard_ledger.tables import facts, rejections

T = TypeVar("T")

_AVOID_SECONDS: Final = 5.0
"""How long a reader that failed is left alone, so that not every request waits for its time-out."""

_PLAY: Final = (
    facts.c.event_id, facts.c.board, facts.c.board_version, facts.c.player, facts.c.score, facts.c.level,
    facts.c.attributes, facts.c.occurred_at, facts.c.recorded_at, facts.c.session,
)  # fmt: skip
_REJECTION: Final = (
    rejections.c.event_id, rejections.c.board, rejections.c.board_version, rejections.c.player, rejections.c.score,
    rejections.c.occurred_at, rejections.c.reason, rejections.c.detail, rejections.c.envelope_id,
)  # fmt: skip

_log = get_logger(__name__)


class LedgerReader:
    """Queries of the ledger. Every method raises `UnavailableError` when neither endpoint answers. Thread-safe."""

    def __init__(
        self, reader_engine: Engine, writer_engine: Engine, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._reader = reader_engine
        self._writer = writer_engine
        self._monotonic = monotonic
        self._avoid_until = float("-inf")

    def plays(self, player: str, board: str | None, before: UUID | None, limit: int) -> Sequence[Play]:
        """A player's plays, newest first, on one board or on all: the first ``limit`` older than ``before``.

        A page of ``limit`` plays may have a successor, which begins before its last ``event_id``.
        """
        page = plays_query(player, board, before, limit)
        return self._ask(lambda connection: [Play(**row) for row in connection.execute(page).mappings()])

    def event(self, event_id: UUID) -> Recorded | Rejected | None:
        """What became of an event, or None while the ledger knows nothing of it."""
        return self._ask(lambda connection: _recorded(connection, event_id) or _rejected(connection, event_id))

    def _ask(self, query: Callable[[Connection], T]) -> T:
        if self._reader is not self._writer and self._monotonic() >= self._avoid_until:
            try:
                return _on(self._reader, query)
            except UnavailableError as error:
                self._avoid_until = self._monotonic() + _AVOID_SECONDS
                _log.warning("reader endpoint unavailable", error=str(error))
        return _on(self._writer, query)


def plays_query(player: str, board: str | None, before: UUID | None, limit: int) -> Select[Any]:
    """The partitions are in the order of the ids, so the newest are read first and the rest only when needed."""
    page = select(*_PLAY).where(facts.c.player == player).order_by(facts.c.event_id.desc()).limit(limit)
    if board is not None:
        page = page.where(facts.c.board == board)
    return page if before is None else page.where(facts.c.event_id < before)


def recorded_query(event_id: UUID) -> Select[Any]:
    """The fact of an event."""
    return select(*_PLAY).where(facts.c.event_id == event_id)


def rejected_query(event_id: UUID) -> Select[Any]:
    """The rejection of an event, and when it was recorded as the last column."""
    return select(*_REJECTION, rejections.c.recorded_at).where(rejections.c.event_id == event_id)


def _on(engine: Engine, query: Callable[[Connection], T]) -> T:
    with postgres_errors(), engine.connect() as connection:
        return query(connection)


def _recorded(connection: Connection, event_id: UUID) -> Recorded | None:
    row = connection.execute(recorded_query(event_id)).mappings().first()
    return None if row is None else Recorded(play=Play(**row))


def _rejected(connection: Connection, event_id: UUID) -> Rejected | None:
    row = connection.execute(rejected_query(event_id)).mappings().first()
    if row is None:
        return None
    columns = dict(row)
    recorded_at = columns.pop("recorded_at")
    rejection = Rejection(**columns | {"reason": RejectionReason(columns["reason"])})
    return Rejected(rejection=rejection, recorded_at=recorded_at)
