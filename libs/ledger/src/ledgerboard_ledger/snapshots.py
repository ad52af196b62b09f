"""Snapshots of PostgreSQL: which transactions had ended at a moment, and which had not.

A clock cannot say what was recorded when a reader looked, since a transaction may have begun long before and commit
afterwards. A snapshot can, for ever, because every fact holds the number of the transaction that recorded it.
"""

import time
from collections.abc import Callable
from typing import Final

from sqlalchemy import Connection, Engine, text

from ledgerboard_infra.errors import UnavailableError

MOST_SECONDS: Final = 10.0
"""How long a snapshot waits for writers from before."""
_STEP_SECONDS: Final = 0.01

_OWN: Final = text("SELECT pg_current_xact_id()::text")
_OVER: Final = text(
    "SELECT CASE WHEN pg_snapshot_xmin(pg_current_snapshot()) >= CAST(:own AS xid8)"
    " THEN pg_current_snapshot()::text END"
)
_SNAPSHOT: Final = text("SELECT pg_current_snapshot()::text")
# Whoever inserts holds this lock on the table, and on the partition, until the transaction has ended for all others.
_WRITERS: Final = text("""
    SELECT DISTINCT virtualtransaction FROM pg_locks
    WHERE locktype = 'relation' AND mode = 'RowExclusiveLock' AND granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND (relation = 'facts'::regclass
        OR relation IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = 'facts'::regclass))
""")


class UnendedError(UnavailableError):
    """A transaction that wrote facts stays open. Everything works but what must wait for it."""


class OtherServerError(UnavailableError):
    """Facts were recorded by another server than this one, which has other transactions under the same numbers.

    Its data were dumped and restored, or replicated row by row. Nothing is drawn from such a ledger: it is imported.
    """

    def __init__(self, where: str) -> None:
        super().__init__(f"facts of {where} were recorded by another server: import them instead")


class Snapshots:
    """Takes snapshots on the writer endpoint: a replica would answer for itself. Thread-safe."""

    def __init__(
        self, engine: Engine, *, most_seconds: float = MOST_SECONDS, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._engine = engine
        self._most_seconds = most_seconds
        self._monotonic = monotonic
        self._unended: frozenset[str] = frozenset()

    def after_all_writers(self) -> str:
        """A snapshot in which every transaction has ended that had written facts before this call.

        So whoever is not in it wrote after this call, and sees afterwards whatever was committed before. Others may
        stay open, here and in other databases: one that writes facts later sees it too. Raises `UnendedError` when such
        a transaction stays open for too long; from then on it is not waited for again, so that no queue of callers
        waits one by one.
        """
        deadline = self._monotonic() + self._most_seconds
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            before = _writers(connection)
            self._unended &= before
            while before:
                if self._monotonic() > deadline:
                    self._unended |= before
                if before & self._unended:
                    raise UnendedError("PostgreSQL: a transaction that wrote facts does not end")
                time.sleep(_STEP_SECONDS)
                before &= _writers(connection)
            return str(connection.execute(_SNAPSHOT).scalar_one())

    def after_all_before(self) -> str:
        """A snapshot in which every transaction has ended that wrote anything before this call.

        A number of our own tells them apart: ``xmax`` of a snapshot follows the last transaction that ended, and there
        may be running ones above it. Raises `UnavailableError` when somebody keeps a transaction open for too long, in
        any database of the cluster.
        """
        deadline = self._monotonic() + self._most_seconds
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            own = connection.execute(_OWN).scalar_one()
            while True:
                snapshot: str | None = connection.execute(_OVER, {"own": own}).scalar_one()
                if snapshot is not None:
                    return snapshot
                if self._monotonic() > deadline:
                    raise UnavailableError(f"PostgreSQL: a transaction before {own} does not end")
                time.sleep(_STEP_SECONDS)


def _writers(connection: Connection) -> frozenset[str]:
    """The transactions that hold facts which nobody else sees yet."""
    return frozenset(connection.execute(_WRITERS).scalars())
