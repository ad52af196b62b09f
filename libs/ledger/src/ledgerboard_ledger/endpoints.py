"""Ask the reader endpoint, or the writer where the reader does not answer.

A replica may lag behind by some milliseconds; what is not there yet is simply not there yet. Nothing that is asked here
may write: the reader would refuse it, and the writer would not.
"""

import time
from collections.abc import Callable
from typing import Final, TypeVar

from sqlalchemy import Connection, Engine

from ledgerboard_infra.errors import BusyError, UnavailableError
from ledgerboard_infra.logs import get_logger
from ledgerboard_infra.postgres import postgres_errors

T = TypeVar("T")

AVOID_SECONDS: Final = 5.0
"""How long a reader that failed is left alone, so that not every request waits for its time-out."""

_log = get_logger(__name__)


class Endpoints:
    """The ledger's two addresses. Thread-safe."""

    def __init__(
        self, reader_engine: Engine, writer_engine: Engine, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._reader = reader_engine
        self._writer = writer_engine
        self._monotonic = monotonic
        self._avoid_until = float("-inf")

    def ask(self, query: Callable[[Connection], T]) -> T:
        """The answer to a query that writes nothing. Raises `UnavailableError` when neither endpoint answers."""
        if self._reader is not self._writer and self._monotonic() >= self._avoid_until:
            try:
                return _on(self._reader, query)
            except BusyError:  # Those who read too much at one endpoint must not go on at the other.
                raise
            except UnavailableError as error:
                self._avoid_until = self._monotonic() + AVOID_SECONDS
                _log.warning("reader endpoint unavailable", error=str(error))
        return _on(self._writer, query)


def _on(engine: Engine, query: Callable[[Connection], T]) -> T:
    with postgres_errors(), engine.connect() as connection:
        return query(connection)
