"""Comparisons that were asked for: a queue of rows in PostgreSQL, each with a lease for whoever works on it.

Whoever works on one names itself in every change, and a change by one whose lease went to another changes nothing. So a
comparison whose worker died is taken up by another once the lease is over, after the last board that was done.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Engine, RowMapping, Update, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from ledgerboard_infra.postgres import postgres_errors
from ledgerboard_ledger.generation_rows import lease_end
from ledgerboard_ledger.proof_tables import reconciliation_differences as found
from ledgerboard_ledger.proof_tables import reconciliations as table
from ledgerboard_ledger.reconciliation_records import (
    AskedReconciliation,
    BoardCompared,
    FoundDifference,
    ReconciliationStage,
)

MOST_KEPT: Final = 100
"""The first differences of a comparison that are kept; all of them are counted."""

KEPT_FOR: Final = timedelta(days=30)

_GRACE: Final = timedelta(seconds=60)
"""So long after a lease another worker should have taken it."""

_OPEN: Final = (ReconciliationStage.REQUESTED, ReconciliationStage.RUNNING)
_NOT_TOLD: Final = {"owner", "leased_until"}
_COLUMNS: Final = tuple(column for column in table.c if column.name not in _NOT_TOLD)
_IS_STALLED: Final = func.coalesce(
    (table.c.state == ReconciliationStage.RUNNING) & (table.c.leased_until < func.now() - _GRACE), False
).label("is_stalled")


class PostgresReconciliations:
    """The record of comparisons. Every method raises `UnavailableError` when PostgreSQL is down. Thread-safe."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def request(self, board: str | None) -> AskedReconciliation:
        """Ask for a comparison of ``board`` or of all. One that nobody began yet serves. Forgets old ones."""
        same = table.c.board.is_not_distinct_from(board) & (table.c.state == ReconciliationStage.REQUESTED)
        known = select(*_COLUMNS, _IS_STALLED).where(same)
        with postgres_errors(), self._engine.begin() as connection:
            connection.execute(delete(table).where(table.c.requested_at < func.now() - KEPT_FOR))
            while True:
                made = insert(table).values(board=board).on_conflict_do_nothing().returning(*_COLUMNS, _IS_STALLED)
                row = connection.execute(made).mappings().first() or connection.execute(known).mappings().first()
                if row is not None:  # Else the one that stood in the way was begun meanwhile.
                    return _asked(row)

    def get(self, reconciliation_id: UUID) -> AskedReconciliation | None:
        """One comparison."""
        wanted = select(*_COLUMNS, _IS_STALLED).where(table.c.reconciliation_id == reconciliation_id)
        with postgres_errors(), self._engine.connect() as connection:
            row = connection.execute(wanted).mappings().first()
        return None if row is None else _asked(row)

    def differences(self, reconciliation_id: UUID) -> Sequence[FoundDifference]:
        """The first differences that it found, at most `MOST_KEPT`."""
        columns = (found.c.board, found.c.view, found.c.kind, found.c.player, found.c.detail)
        wanted = select(*columns).where(found.c.reconciliation_id == reconciliation_id).order_by(found.c.number)
        with postgres_errors(), self._engine.connect() as connection:
            return [FoundDifference(**dict(row)) for row in connection.execute(wanted).mappings()]

    def claim(self, owner: str, lease_seconds: float) -> AskedReconciliation | None:
        """Take the oldest that nobody has, or whose owner was not heard of in time."""
        is_free = or_(table.c.leased_until.is_(None), table.c.leased_until < func.now())
        chosen = (
            select(table.c.reconciliation_id)
            .where(table.c.state.in_(_OPEN), is_free)
            .order_by(table.c.requested_at)
            .limit(1)
            .with_for_update(skip_locked=True)
            .scalar_subquery()
        )
        taken = update(table).where(table.c.reconciliation_id == chosen)
        values: dict[str, Any] = {
            "state": ReconciliationStage.RUNNING,
            "started_at": func.coalesce(table.c.started_at, func.now()),
            "owner": owner,
            "leased_until": lease_end(lease_seconds),
            "attempts": table.c.attempts + 1,
        }
        return self._changed(taken.values(values))

    def progress(
        self, asked: AskedReconciliation, owner: str, lease_seconds: float, **numbers: int
    ) -> AskedReconciliation | None:
        """Note columns that tell how far it is, and renew the lease. None: the lease is lost."""
        return self._changed(_owned(asked, owner).values(leased_until=lease_end(lease_seconds), **numbers))

    def compared(self, asked: AskedReconciliation, owner: str, result: BoardCompared) -> AskedReconciliation | None:
        """One more board is done, and what came out. None: the lease is lost, and nothing was noted."""
        done = {
            "after_board": result.board,
            "attempts": 0,
            "failure": None,
            "boards_compared": table.c.boards_compared + 1,
            "boards_unread": table.c.boards_unread + (0 if result.is_live else 1),
            "views_done": (views := asked.views_done + result.views),
            "views": views,
            "views_compared": views,
            "suspicions": 0,
            "differences": table.c.differences + result.differences,
            "unsettled": table.c.unsettled + result.unsettled,
        }
        with postgres_errors(), self._engine.begin() as connection:
            change = _owned(asked, owner).values(done).returning(*_COLUMNS, _IS_STALLED)
            row = connection.execute(change).mappings().first()
            if row is None:
                return None
            _keep(connection, asked.reconciliation_id, result.first)
            return _asked(row)

    def note_failure(self, asked: AskedReconciliation, owner: str, failure: str) -> None:
        """Note why it did not get on, and leave it to the next who takes it."""
        self._changed(_owned(asked, owner).values(failure=failure))

    def release(self, asked: AskedReconciliation, owner: str) -> None:
        """Give it back, for another to go on with at once."""
        self._changed(_owned(asked, owner).values(owner=None, leased_until=func.now()))

    def end(self, asked: AskedReconciliation, owner: str, failure: str | None = None) -> None:
        """It is finished, or with a ``failure`` it is given up."""
        state = ReconciliationStage.FINISHED if failure is None else ReconciliationStage.FAILED
        values = {"state": state, "failure": failure, "owner": None, "leased_until": None, "finished_at": func.now()}
        self._changed(_owned(asked, owner).values(values))

    def _changed(self, change: Update) -> AskedReconciliation | None:
        with postgres_errors(), self._engine.begin() as connection:
            row = connection.execute(change.returning(*_COLUMNS, _IS_STALLED)).mappings().first()
        return None if row is None else _asked(row)


def _owned(asked: AskedReconciliation, owner: str) -> Update:
    return update(table).where(
        table.c.reconciliation_id == asked.reconciliation_id,
        table.c.owner == owner,
        table.c.state == ReconciliationStage.RUNNING,
    )


def _keep(connection: Connection, reconciliation_id: UUID, first: Sequence[FoundDifference]) -> None:
    counted = select(func.count()).where(found.c.reconciliation_id == reconciliation_id)
    kept: int = connection.execute(counted).scalar_one()
    rows = [
        {
            "reconciliation_id": reconciliation_id,
            "number": number,
            "board": each.board,
            "view": each.view,
            "kind": each.kind,
            "player": each.player,
            "detail": each.detail,
        }
        for number, each in enumerate(first[: MOST_KEPT - kept], kept)
    ]
    if rows:
        connection.execute(insert(found), rows)


def _asked(row: RowMapping) -> AskedReconciliation:
    return AskedReconciliation(**dict(row) | {"state": ReconciliationStage(row["state"])})
