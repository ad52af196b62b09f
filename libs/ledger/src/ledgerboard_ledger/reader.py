"""Read the ledger: from the reader endpoint, or from the writer where the reader does not answer.

A replica may lag behind by some milliseconds; an event that is not there yet is simply not there yet.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Engine

from ledgerboard_ledger.records import Play, Recorded, Rejected


class LedgerReader:
    """Queries of the ledger. Every method raises `UnavailableError` when neither endpoint answers."""

    def __init__(self, reader_engine: Engine, writer_engine: Engine) -> None:
        self._engines = (reader_engine, writer_engine)

    def plays(self, player: str, board: str | None, before: UUID | None, limit: int) -> Sequence[Play]:
        """A player's plays, newest first, on one board or on all: the first ``limit`` older than ``before``.

        A page of ``limit`` plays may have a successor, which begins before its last ``event_id``.
        """
        raise NotImplementedError

    def event(self, event_id: UUID) -> Recorded | Rejected | None:
        """What became of an event, or None while the ledger knows nothing of it."""
        raise NotImplementedError
