"""The outbox: what hooks are still to be told.

A delivery is claimed by putting its next try off, in one statement; whoever dies while delivering has thereby already
arranged for the repetition. So a delivery is made at least once, always under the same id.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Engine, RowMapping, Select, Update, func, select, update

from ledgerboard_contracts import Standing
from ledgerboard_infra.postgres import postgres_errors
from ledgerboard_ledger.closing_tables import closings, deliveries, final_standings
from ledgerboard_ledger.final_standings import standing_of

PENDING: Final = "pending"
DELIVERED: Final = "delivered"
DEAD: Final = "dead"
_TOLD: Final = 100
"""How many places a hook is told of; the API tells the others."""

_MOST_OUTCOME: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One thing that one hook is to be told, and how that went so far. ``outcome`` is what the last try came to."""

    delivery_id: UUID
    hook: str
    event: str
    closing: int
    state: str
    attempts: int
    next_try_at: datetime
    outcome: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedPeriod:
    """What a hook is told, but for the id: read anew for each try, so that an erased player is not told of again."""

    board: str
    period: str
    key: str
    starts_at: datetime
    ends_at: datetime
    closed_at: datetime
    entries: int
    standings: tuple[Standing, ...]


class Outbox:
    """Deliveries in PostgreSQL. Every method raises `UnavailableError` when it is down. Any number may work on it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def due(self) -> Sequence[str]:
        """The hooks that have something due."""
        wanted = select(deliveries.c.hook).where(_due()).distinct().order_by(deliveries.c.hook)
        with postgres_errors(), self._engine.connect() as connection:
            return list(connection.execute(wanted).scalars())

    def claim(self, hook: str, pauses: Sequence[timedelta]) -> Delivery | None:
        """The hook's oldest delivery that is due, now due again only after the pause that follows this try, or None."""
        oldest = (
            select(deliveries.c.delivery_id).where(deliveries.c.hook == hook, _due())
            .order_by(deliveries.c.closing).limit(1).with_for_update(skip_locked=True)
        )  # fmt: skip
        with postgres_errors(), self._engine.begin() as connection:
            found = connection.execute(oldest.add_columns(deliveries.c.attempts)).one_or_none()
            if found is None:
                return None
            pause = pauses[min(found.attempts, len(pauses) - 1)]
            tried = {"attempts": found.attempts + 1, "next_try_at": func.clock_timestamp() + pause}
            claimed = _change(found.delivery_id).values(tried).returning(*deliveries.c)
            return _delivery(connection.execute(claimed).mappings().one())

    def content(self, closing: int) -> ClosedPeriod:
        """What there is to tell about a closing."""
        places = select(final_standings).where(final_standings.c.closing == closing)
        with postgres_errors(), self._engine.connect() as connection:
            row = connection.execute(select(closings).where(closings.c.number == closing)).one()
            first = connection.execute(places.order_by(final_standings.c.rank).limit(_TOLD)).mappings().all()
        return ClosedPeriod(
            board=row.board, period=row.period, key=row.key, starts_at=row.starts_at, ends_at=row.ends_at,
            closed_at=row.closed_at, entries=row.entries, standings=tuple(standing_of(each) for each in first),
        )  # fmt: skip

    def settle(self, delivery_id: UUID, state: str, outcome: str) -> None:
        """Note what a try came to. ``state`` stays `PENDING` where there will be another."""
        with postgres_errors(), self._engine.begin() as connection:
            pending = _change(delivery_id).where(deliveries.c.state == PENDING)
            connection.execute(pending.values(state=state, outcome=outcome[:_MOST_OUTCOME]))

    def replay(self, delivery_id: UUID) -> bool:
        """Make a delivery due as if it were new, under its old id. Returns whether there is one. Safe to repeat."""
        again = _change(delivery_id).values(state=PENDING, attempts=0, next_try_at=func.now())
        with postgres_errors(), self._engine.begin() as connection:
            return connection.execute(again).rowcount > 0

    def list(self, state: str | None, after: UUID | None, limit: int) -> Sequence[Delivery]:
        """Deliveries by id, from the first one after ``after``, of one state or of any."""
        wanted: Select[Any] = select(*deliveries.c).order_by(deliveries.c.delivery_id).limit(limit)
        if state is not None:
            wanted = wanted.where(deliveries.c.state == state)
        if after is not None:
            wanted = wanted.where(deliveries.c.delivery_id > after)
        with postgres_errors(), self._engine.connect() as connection:
            return [_delivery(row) for row in connection.execute(wanted).mappings()]

    def counts(self) -> Mapping[str, int]:
        """How many deliveries are in each state."""
        wanted = select(deliveries.c.state, func.count().label("number")).group_by(deliveries.c.state)
        with postgres_errors(), self._engine.connect() as connection:
            found: dict[str, int] = {row.state: row.number for row in connection.execute(wanted)}
        return {state: found.get(state, 0) for state in (PENDING, DELIVERED, DEAD)}


def _due() -> ColumnElement[bool]:
    return (deliveries.c.state == PENDING) & (deliveries.c.next_try_at <= func.now())


def _change(delivery_id: UUID) -> Update:
    return update(deliveries).where(deliveries.c.delivery_id == delivery_id)


def _delivery(row: RowMapping) -> Delivery:
    return Delivery(**row)
