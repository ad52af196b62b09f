"""Append to the ledger.

The primary key settles repetition and the order does not matter, so an append is safe to repeat, whole or in part, from
any number of processes.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import Engine

from ledgerboard_contracts import FactEnvelope, Rejection
from ledgerboard_ledger.records import AppendResult


class LedgerWriter:
    """The ledger's only way in: facts and rejections are added once each, and nothing is ever changed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

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
        raise NotImplementedError
