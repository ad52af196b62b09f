"""One clock for a test's processes and its PostgreSQL, as the clocks of one system go together but for some seconds.

The ledger stamps rows by its own clock, and compares these stamps with moments that others took from theirs. A test
that moves only one of the two sees what no system does: four quarters of an hour on, no erasure is young any more.
"""

from datetime import datetime, timedelta

import psycopg
from sqlalchemy import Engine, text

from ledgerboard_testkit.memory import FixedClock

_STATEMENTS = (
    "CREATE SCHEMA moved",
    "CREATE TABLE moved.clock (ahead interval NOT NULL)",
    "INSERT INTO moved.clock VALUES ('0')",
    """
    CREATE FUNCTION moved.now() RETURNS timestamptz LANGUAGE sql STABLE
        AS 'SELECT pg_catalog.now() + ahead FROM moved.clock'
    """,
    """
    CREATE FUNCTION moved.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE
        AS 'SELECT pg_catalog.clock_timestamp() + ahead FROM moved.clock'
    """,
)


def share_clock(database_url: str) -> None:
    """Let whoever connects to an empty database from now on have a clock that can be moved, in every default too."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        for statement in _STATEMENTS:
            connection.execute(statement.encode())
        name = connection.info.dbname
        connection.execute(f"ALTER DATABASE {name} SET search_path = moved, pg_catalog, public".encode())


class SharedClock(FixedClock):
    """Stands still until it is moved; PostgreSQL's runs on from the same moment, and is moved with it."""

    def __init__(self, engine: Engine, now: datetime) -> None:
        super().__init__(now)
        self._engine = engine
        self._set(timedelta(0))
        self._ahead = timedelta(0)

    def advance(self, step: timedelta) -> None:
        """Move both."""
        super().advance(step)
        self._ahead += step
        self._set(self._ahead)

    def _set(self, ahead: timedelta) -> None:
        with self._engine.begin() as connection:
            connection.execute(text("UPDATE moved.clock SET ahead = :ahead"), {"ahead": ahead})
