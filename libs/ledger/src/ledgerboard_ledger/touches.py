"""Which boards were written to lately: what a Redis that lost its last moments may have lost."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Engine, func, select
from sqlalchemy.dialects.postgresql import insert

from ledgerboard_infra.postgres import postgres_errors
from ledgerboard_ledger.repair_tables import touched


class Touches:
    """The record of touched boards. Every method raises `UnavailableError` when PostgreSQL is down."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def note(self, boards: Iterable[str], at: datetime) -> None:
        """These boards are being written to at ``at``. The latest moment stands; rows are taken in one order by all."""
        rows = [{"board": board, "touched_at": at} for board in sorted(set(boards))]
        if not rows:
            return
        added = insert(touched).values(rows)
        latest = {"touched_at": func.greatest(touched.c.touched_at, added.excluded.touched_at)}
        with postgres_errors(), self._engine.begin() as connection:
            connection.execute(added.on_conflict_do_update(index_elements=[touched.c.board], set_=latest))

    def since(self, at: datetime) -> Sequence[str]:
        """The boards that were written to at ``at`` or afterwards, by name."""
        wanted = select(touched.c.board).where(touched.c.touched_at >= at).order_by(touched.c.board)
        with postgres_errors(), self._engine.connect() as connection:
            return list(connection.execute(wanted).scalars())
