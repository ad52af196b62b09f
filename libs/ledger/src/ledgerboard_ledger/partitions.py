"""Monthly partitions of the ledger: made ahead of time by a job, and on demand by whoever needs one first.

A partition is made apart and then attached, which lets appends and reads of the other months go on meanwhile; creating
it in place would stop them. There is no default partition: attaching would have to scan it.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from sqlalchemy import Connection, Engine, text

from ledgerboard_infra.postgres import postgres_errors
from ledgerboard_ledger.months import Month
from ledgerboard_ledger.tables import facts, rejections

PARTITIONS_LOCK: Final = 0x6C65_6467_6572_0002
"""An advisory lock of our own: ``ledger`` in ASCII, and a number for the purpose."""

_TABLES: Final = (facts.name, rejections.name)


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
            return list(_make_missing(connection, sorted(set(months))))


def _make_missing(connection: Connection, months: Sequence[Month]) -> Iterator[str]:
    for month in months:
        for table in _TABLES:
            name = month.partition_of(table)
            if connection.execute(text("SELECT to_regclass(:name) IS NULL"), {"name": name}).scalar_one():
                _make(connection, table, name, month)
                yield name


def _make(connection: Connection, table: str, name: str, month: Month) -> None:
    """Names and bounds are made of numbers here, never of what came over the wire."""
    first, end = month.first_id, month.following.first_id
    connection.execute(text(f"CREATE TABLE {name} (LIKE {table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)"))
    connection.execute(
        text(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {name}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    )
    connection.execute(text(f"ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ('{first}') TO ('{end}')"))
