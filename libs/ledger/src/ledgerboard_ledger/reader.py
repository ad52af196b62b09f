"""What the ledger tells of events and of players' plays."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Select, select

from ledgerboard_contracts import Order, Rejection, RejectionReason
from ledgerboard_ledger.endpoints import Endpoints
from ledgerboard_ledger.plays import (
    ALWAYS,
    PLAY,
    Accepted,
    BoardStatistics,
    best_plays_query,
    plays_query,
    statistics_query,
)
from ledgerboard_ledger.records import Play, Recorded, Rejected
from ledgerboard_ledger.tables import rejections

_REJECTION: Final = (
    rejections.c.event_id, rejections.c.board, rejections.c.board_version, rejections.c.player, rejections.c.score,
    rejections.c.occurred_at, rejections.c.reason, rejections.c.detail, rejections.c.envelope_id,
)  # fmt: skip


class LedgerReader(Endpoints):
    """Queries of the ledger. Every method raises `UnavailableError` when neither endpoint answers. Thread-safe."""

    def plays(
        self,
        player: str,
        board: str | None,
        before: UUID | None,
        limit: int,
        *,
        level: str | None = None,
        accepted: Accepted = ALWAYS,
    ) -> Sequence[Play]:
        """A player's plays, newest first, on one board or on all: the first ``limit`` older than ``before``.

        Only those on ``level`` and in the time ``accepted``, if that is asked for. A page of ``limit`` plays may have a
        successor, which begins before its last ``event_id``. Plays that count no more are among them.
        """
        page = plays_query(player, board, before, limit, level=level, accepted=accepted)
        return self.ask(lambda connection: [Play(**row) for row in connection.execute(page).mappings()])

    def best_plays(
        self, player: str, board: str, order: Order, after: tuple[int, UUID] | None, limit: int
    ) -> Sequence[Play]:
        """A player's plays on a board that count, best score first, of equal ones the older: the first ``limit``.

        ``after`` is score and ``event_id`` of the last play of the page before.
        """
        page = best_plays_query(player, board, order, after, limit)
        return self.ask(lambda connection: [Play(**row) for row in connection.execute(page).mappings()])

    def statistics(self, board: str) -> BoardStatistics:
        """What counts on a board. Costs as much as the board has facts, so keep the answer for a while."""
        wanted = statistics_query(board)
        return self.ask(lambda connection: BoardStatistics(**connection.execute(wanted).mappings().one()))

    def event(self, event_id: UUID) -> Recorded | Rejected | None:
        """What became of an event, or None while the ledger knows nothing of it."""
        return self.ask(lambda connection: _recorded(connection, event_id) or _rejected(connection, event_id))


def recorded_query(event_id: UUID) -> Select[Any]:
    """The fact of an event."""
    return select(*PLAY).where(PLAY[0] == event_id)


def rejected_query(event_id: UUID) -> Select[Any]:
    """The rejection of an event, and when it was recorded as the last column."""
    return select(*_REJECTION, rejections.c.recorded_at).where(rejections.c.event_id == event_id)


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
