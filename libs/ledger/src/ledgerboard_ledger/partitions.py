"""Monthly partitions of the ledger: made ahead of time by a job, and on demand by whoever needs one first."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Engine

from ledgerboard_ledger.months import Month


class Partitions:
    """Makes partitions. Safe to call from any number of processes at once; what exists is left alone."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def ensure(self, months: Iterable[Month]) -> Sequence[str]:
        """Make what is missing of the months' partitions and return the names of those made by this call."""
        raise NotImplementedError
