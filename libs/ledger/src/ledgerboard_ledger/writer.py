"""Append to the ledger.

The primary key settles repetition and the order does not matter, so an append is safe to repeat, whole or in part, from
any number of processes.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import Engine

from ledgerboard_contracts import FactEnvelope, Rejection
from ledgerboard_infra.postgres import postgres_errors
from ledgerboard_ledger.inserts import MissingPartitionError, comment, insert_facts, insert_rejections, storage_errors
from ledgerboard_ledger.months import Month
from ledgerboard_ledger.partitions import Partitions
from ledgerboard_ledger.records import AppendResult
from ledgerboard_ledger.rows import FactRow, RejectionRow, fact_rows, months_of, rejection_rows


class LedgerWriter:
    """The ledger's only way in: facts and rejections are added once each, and nothing is ever changed. Thread-safe."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._partitions = Partitions(engine)
        self._ready: frozenset[Month] = frozenset()

    def append(
        self,
        envelopes: Sequence[FactEnvelope],
        rejections: Sequence[Rejection],
        *,
        correlation_ids: Iterable[str] = (),
    ) -> AppendResult:
        """Add all of it in one transaction, or nothing. What the ledger holds already is counted and left alone.

        Months without a partition get one. ``correlation_ids`` stand in a comment on the statements. Raises
        `UnstorableError` for data that PostgreSQL will never take, `UnavailableError` when it is down.
        """
        facts, refused = fact_rows(envelopes), rejection_rows(rejections)
        months = months_of(facts) | months_of(refused)
        words = comment(correlation_ids)
        try:
            self._make_ready(months)
            return self._insert(facts, refused, words)
        except MissingPartitionError:
            # Somebody dropped a month that this process remembers.
            self._ready = frozenset()
            self._make_ready(months)
            return self._insert(facts, refused, words)

    def _make_ready(self, months: set[Month]) -> None:
        if not months <= self._ready:
            self._partitions.ensure(months)
            self._ready |= months

    def _insert(self, facts: Sequence[FactRow], refused: Sequence[RejectionRow], words: str) -> AppendResult:
        with storage_errors(), postgres_errors(), self._engine.begin() as connection:
            recorded = insert_facts(connection, facts, words)
            rejected = insert_rejections(connection, refused, words)
        repeated = len(facts) + len(refused) - recorded - rejected
        return AppendResult(recorded=recorded, rejected=rejected, repeated=repeated)
