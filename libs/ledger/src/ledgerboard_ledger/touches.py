"""Which boards were written to lately: what a Redis that lost its last moments may have lost.

All moments are of this server's clock, whoever notes them.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Select, func, select
from sqlalchemy.dialects.postgresql import insert

from ledgerboard_infra.postgres import postgres_errors
from ledgerboard_ledger.generation_records import GenerationStage
from ledgerboard_ledger.generation_rows import is_old
from ledgerboard_ledger.moments import id_at
from ledgerboard_ledger.repair_tables import generations, touched
from ledgerboard_ledger.tables import facts


class Touches:
    """The record of touched boards. Every method raises `UnavailableError` when PostgreSQL is down."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def note(self, boards: Iterable[str]) -> None:
        """These boards are being written to now. The latest moment stands; rows are taken in one order by all."""
        rows = [{"board": board, "touched_at": func.clock_timestamp()} for board in sorted(set(boards))]
        if not rows:
            return
        added = insert(touched).values(rows)
        latest = {"touched_at": func.greatest(touched.c.touched_at, added.excluded.touched_at)}
        with postgres_errors(), self._engine.begin() as connection:
            connection.execute(added.on_conflict_do_update(index_elements=[touched.c.board], set_=latest))

    def since(self, at: datetime, requested_before: datetime) -> Sequence[str]:
        """The boards that were written to at ``at`` or afterwards, and are not renewed since ``requested_before``."""
        wanted = select(touched.c.board).where(touched.c.touched_at >= at, is_old(touched.c.board, requested_before))
        return self._boards(wanted.order_by(touched.c.board))

    def played(self, since: datetime, requested_before: datetime) -> Sequence[str]:
        """The boards with facts accepted at ``since`` or afterwards that are not renewed since ``requested_before``.

        It needs no notes: of whoever could not make them, and died, the ledger tells what was played meanwhile.
        """
        has_facts = select(facts.c.event_id).where(
            facts.c.board == generations.c.board, facts.c.event_id >= id_at(since)
        )
        wanted = select(generations.c.board).where(
            generations.c.state == GenerationStage.LIVE,
            has_facts.exists(),
            is_old(generations.c.board, requested_before),
        )
        return self._boards(wanted.order_by(generations.c.board))

    def _boards(self, wanted: Select[Any]) -> Sequence[str]:
        with postgres_errors(), self._engine.connect() as connection:
            return list(connection.execute(wanted).scalars())
