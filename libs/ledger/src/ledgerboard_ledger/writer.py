"""Append to the ledger.

The primary key settles repetition and the order does not matter, so an append is safe to repeat, whole or in part, from
any number of processes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from sqlalchemy import Engine

from ledgerboard_contracts import Correction, FactEnvelope, Rejection, Restatement
from ledgerboard_infra.postgres import postgres_errors
from ledgerboard_ledger.corrections import PostgresCorrections
from ledgerboard_ledger.inserts import (
    MissingPartitionError,
    boards_of_new,
    comment,
    insert_facts,
    insert_rejections,
    storage_errors,
)
from ledgerboard_ledger.late import horizons
from ledgerboard_ledger.months import Month
from ledgerboard_ledger.partitions import Partitions
from ledgerboard_ledger.rebuild_requests import HeldRebuilds
from ledgerboard_ledger.records import AppendResult
from ledgerboard_ledger.renaming import Erased, names_erased, renamed_facts, renamed_rejections
from ledgerboard_ledger.rows import FactRow, RejectionRow, fact_rows, months_of, rejection_rows

_NOBODY: Final[Mapping[str, Erased]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class _Batch:
    """What one append is about: as it came, and as rows in the order of their ids."""

    envelopes: Sequence[FactEnvelope]
    facts: Sequence[FactRow]
    refused: Sequence[RejectionRow]
    words: str

    @property
    def count(self) -> int:
        """How many events."""
        return len(self.facts) + len(self.refused)


class _ErasedPlayersError(Exception):
    """Some rows name players who were erased. Nothing was inserted; they go in under the names that they have now."""

    def __init__(self, erased: Mapping[str, Erased]) -> None:
        super().__init__("rows name erased players")
        self.erased = erased


class LedgerWriter:
    """The ledger's only way in: facts and rejections are added once each, and nothing is ever changed. Thread-safe.

    With ``rebuilds`` each transaction asks for those of the boards to which it brought something: for whoever records
    what no ranker is told of. Then it is not thread-safe.
    """

    def __init__(self, engine: Engine, rebuilds: HeldRebuilds | None = None) -> None:
        self._engine = engine
        self._rebuilds = rebuilds
        self._partitions = Partitions(engine)
        self._corrections = PostgresCorrections(engine, rebuilds=rebuilds)
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
        batch = _Batch(envelopes, facts, refused, comment(correlation_ids))
        try:
            self._make_ready(months)
            return self._insert(batch)
        except MissingPartitionError:
            # Somebody dropped a month that this process remembers.
            self._ready = frozenset()
            self._make_ready(months)
            return self._insert(batch)

    def correct(self, corrections: Sequence[Correction]) -> Sequence[Restatement]:
        """Record corrections, and return the standings that are to be drawn again. See `PostgresCorrections`."""
        return self._corrections.correct(corrections)

    def _make_ready(self, months: set[Month]) -> None:
        if not months <= self._ready:
            self._partitions.ensure(months)
            self._ready |= months

    def _insert(self, batch: _Batch) -> AppendResult:
        """Erasures are rare, so rows go in as they are, and once more where the check finds one."""
        erased = _NOBODY
        while True:
            try:
                return self._insert_once(batch, erased)
            except _ErasedPlayersError as error:
                erased = {**erased, **error.erased}

    def _insert_once(self, batch: _Batch, erased: Mapping[str, Erased]) -> AppendResult:
        with storage_errors(), postgres_errors(), self._engine.begin() as connection:
            recorded = insert_facts(connection, renamed_facts(batch.facts, erased), batch.words)
            rejected = insert_rejections(connection, renamed_rejections(batch.refused, erased), batch.words)
            known = horizons(connection, batch.facts, batch.refused, batch.words)
            unseen = {player: each for player, each in known.erased.items() if erased.get(player) != each}
            if names_erased(batch.facts, unseen) or names_erased(batch.refused, unseen):
                raise _ErasedPlayersError(unseen)
            if self._rebuilds is not None:
                self._rebuilds.ask(connection, boards_of_new(connection, batch.facts))
        repeated = batch.count - recorded - rejected
        return AppendResult(recorded=recorded, rejected=rejected, repeated=repeated, late=known.late(batch.envelopes))
