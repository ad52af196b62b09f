"""What the ledger tells of events and of players' plays."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Select, select

from ledgerboard_contracts import Rejection, RejectionReason
from ledgerboard_ledger.endpoints import Endpoints
from ledgerboard_ledger.records import Play, Recorded, Rejected
from ledgerboard_ledger.tables import facts, rejections

_PLAY: Final = (
    facts.c.event_id, facts.c.board, facts.c.board_version, facts.c.player, facts.c.score, facts.c.level,
    facts.c.attributes, facts.c.occurred_at, facts.c.recorded_at, facts.c.session,
)  # fmt: skip
_REJECTION: Final = (
    rejections.c.event_id, rejections.c.board, rejections.c.board_version, rejections.c.player, rejections.c.score,
    rejections.c.occurred_at, rejections.c.reason, rejections.c.detail, rejections.c.envelope_id,
)  # fmt: skip


class LedgerReader(Endpoints):
    """Queries of the ledger. Every method raises `UnavailableError` when neither endpoint answers. Thread-safe."""

    def plays(self, player: str, board: str | None, before: UUID | None, limit: int) -> Sequence[Play]:
        """A player's plays, newest first, on one board or on all: the first ``limit`` older than ``before``.

        A page of ``limit`` plays may have a successor, which begins before its last ``event_id``.
        """
        page = plays_query(player, board, before, limit)
        return self.ask(lambda connection: [Play(**row) for row in connection.execute(page).mappings()])

    def event(self, event_id: UUID) -> Recorded | Rejected | None:
        """What became of an event, or None while the ledger knows nothing of it."""
        return self.ask(lambda connection: _recorded(connection, event_id) or _rejected(connection, event_id))


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
