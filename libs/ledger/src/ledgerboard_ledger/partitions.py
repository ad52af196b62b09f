"""Monthly partitions of the ledger: made ahead of time by a job, and on demand by whoever needs one first.

A partition is made apart and then attached, which lets appends and reads of the other months go on meanwhile; creating
it in place would stop them. There is no default partition: attaching would have to scan it.

The database makes them for us, by a function that acts for the owner of the tables: the services may make none.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import Engine, text

from ledgerboard_infra.postgres import postgres_errors
from ledgerboard_ledger.months import Month

PARTITIONS_LOCK: Final = 0x6C65_6467_6572_0002
"""An advisory lock of our own: ``ledger`` in ASCII, and a number for the purpose."""

_MAKE: Final = text("SELECT make_month(:year, :month)")


class Partitions:
    """Makes partitions. Safe to call from any number of processes at once; what exists is left alone."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def ensure(self, months: Iterable[Month]) -> Sequence[str]:
        """Make what is missing of the months' partitions and return the names of those made by this call.

        The advisory lock makes others wait for the commit, so each then sees what is there.
        """
        with postgres_errors(), self._engine.begin() as connection:
            connection.execute(text("SET LOCAL lock_timeout = '5s'"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": PARTITIONS_LOCK})
            made: list[str] = []
            for month in sorted(set(months)):
                made += connection.execute(_MAKE, {"year": month.year, "month": month.number}).scalar_one()
            return made
