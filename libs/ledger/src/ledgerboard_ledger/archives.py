"""Detach months of the ledger that are stored elsewhere: their tables move to the schema ``archive``, as they are.

What is detached counts no more. So nothing is detached unless all of it was exported: the rows are counted under the
lock that keeps new ones out. The database does so for us, by a function that acts for the owner of the tables. A month
that left, and of which something came later, moves to the schema ``archive_2`` then.
"""

import re
from collections.abc import Sequence
from typing import Final

from sqlalchemy import Engine, text

from ledgerboard_infra.postgres import postgres_errors
from ledgerboard_ledger.months import Month
from ledgerboard_ledger.partitions import PARTITIONS_LOCK
from ledgerboard_ledger.rebuild_requests import request_rebuilds
from ledgerboard_ledger.tables import facts

_MONTH: Final = re.compile(r"facts_(\d{4})_(\d{2})\Z")
_ARCHIVE: Final = text("SELECT held, boards FROM archive_month(:year, :month, :exported)")
_ATTACHED: Final = text("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'facts'::regclass")


class NotExportedError(Exception):
    """The month holds other rows than were exported. Export it again."""


class Archives:
    """Detaches months. Raises `UnavailableError` when PostgreSQL is down, or a lock cannot be had soon."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def months_before(self, month: Month) -> Sequence[Month]:
        """The months of the ledger that are older, the oldest first."""
        with postgres_errors(), self._engine.connect() as connection:
            names = [_MONTH.match(name) for name in connection.execute(_ATTACHED).scalars()]
        return sorted(found for each in names if each and (found := Month(int(each[1]), int(each[2]))) < month)

    def detach(self, month: Month, *, exported: int) -> Sequence[str]:
        """Detach facts and rejections of ``month``, all of which were exported. Returns the boards that lose plays.

        The same transaction asks for the rebuilds of these boards. Raises `NotExportedError` where there are more or
        fewer rows than ``exported``; nothing is changed then.
        """
        asked = {"year": month.year, "month": month.number, "exported": exported}
        with postgres_errors(), self._engine.begin() as connection:
            connection.execute(text("SET LOCAL lock_timeout = '5s'"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": PARTITIONS_LOCK})
            held, boards = connection.execute(_ARCHIVE, asked).one()
            if held != exported:
                name = month.partition_of(facts.name)
                raise NotExportedError(f"{name}: {held} rows, of which {exported} were exported")
            request_rebuilds(connection, boards, reason="archive", author="retention")
            return list(boards)
