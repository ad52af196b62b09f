"""Detach months of the ledger that are stored elsewhere: their tables move to the schema ``archive``, as they are.

What is detached counts no more. So nothing is detached unless all of it was exported: the rows are counted under the
lock that keeps new ones out.
"""

import re
from collections.abc import Sequence
from itertools import chain, count
from typing import Final

from sqlalchemy import Connection, Engine, text

from ledgerboard_infra.postgres import postgres_errors
from ledgerboard_ledger.months import Month
from ledgerboard_ledger.partitions import PARTITIONS_LOCK
from ledgerboard_ledger.tables import facts, rejections

_MONTH: Final = re.compile(r"facts_(\d{4})_(\d{2})\Z")
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

        Raises `NotExportedError` where there are more or fewer than ``exported``; nothing is changed then.
        """
        with postgres_errors(), self._engine.begin() as connection:
            connection.execute(text("SET LOCAL lock_timeout = '5s'"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": PARTITIONS_LOCK})
            names = [month.partition_of(table.name) for table in (facts, rejections)]
            connection.execute(text(f"LOCK TABLE {', '.join(names)} IN SHARE MODE"))
            found = sum(_count(connection, name) for name in names)
            if found != exported:
                raise NotExportedError(f"{names[0]}: {found} rows, of which {exported} were exported")
            boards = connection.execute(text(f"SELECT DISTINCT board FROM {names[0]} ORDER BY board"))  # noqa: S608 -- numbers
            touched = list(boards.scalars())
            schema = _free_schema(connection, names)
            connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {schema}"))
            for table, name in zip((facts, rejections), names, strict=True):
                connection.execute(text(f"ALTER TABLE {table.name} DETACH PARTITION {name}"))
                connection.execute(text(f"ALTER TABLE {name} SET SCHEMA {schema}"))
            return touched


def _free_schema(connection: Connection, names: Sequence[str]) -> str:
    """``archive``, or where a month that was archived before got events again, the next one that has none of it."""
    taken = text("SELECT to_regclass(:name) IS NOT NULL")
    schemas = chain(["archive"], (f"archive_{number}" for number in count(2)))
    return next(
        schema
        for schema in schemas
        if not any(connection.execute(taken, {"name": f"{schema}.{name}"}).scalar_one() for name in names)
    )


def _count(connection: Connection, name: str) -> int:
    return int(connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one())  # noqa: S608 -- made of numbers
