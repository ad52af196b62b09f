"""Snapshots of PostgreSQL: which transactions had ended at a moment, and which had not.

A clock cannot say what was recorded when a reader looked, since a transaction may have begun long before and commit
afterwards. A snapshot can, for ever, because every fact holds the number of the transaction that recorded it.
"""

import time
from collections.abc import Callable
from typing import Final

from sqlalchemy import Engine, text

from ledgerboard_infra.errors import UnavailableError

MOST_SECONDS: Final = 10.0
"""How long a snapshot waits for writers from before."""
_STEP_SECONDS: Final = 0.01

_OWN: Final = text("SELECT pg_current_xact_id()::text")
_OVER: Final = text(
    "SELECT CASE WHEN pg_snapshot_xmin(pg_current_snapshot()) >= CAST(:own AS xid8)"
    " THEN pg_current_snapshot()::text END"
)


class Snapshots:
    """Takes snapshots on the writer endpoint: a replica would answer for itself."""

    def __init__(
        self, engine: Engine, *, most_seconds: float = MOST_SECONDS, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._engine = engine
        self._most_seconds = most_seconds
        self._monotonic = monotonic

    def after_all_before(self) -> str:
        """A snapshot in which every transaction has ended that wrote before this call.

        So a writer who is not in it began to write after this call, and sees whatever was committed before. A number
        of our own tells them apart: ``xmax`` of a snapshot follows the last transaction that ended, and there may be
        running ones above it. Raises `UnavailableError` when somebody keeps a transaction open for too long.
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
