"""Keep for a while what boards come to: counting it costs as much as a board has facts.

Whoever asks for the same board meanwhile shares one count. No more than a few requests wait for counts at a time,
since a request that waits holds a thread, and submissions need threads too.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import BoundedSemaphore, Lock
from typing import Final, Protocol

from ledgerboard_infra.clock import Clock
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_ledger import BoardStatistics
from ledgerboard_ledger.flights import Flights

KEPT: Final = timedelta(seconds=10)
"""That long an answer is kept, and likewise that there was none: a board too large to count is soon too large again."""

_MOST_BOARDS: Final = 1000
_SEATS: Final = 4
_SEAT_SECONDS: Final = 0.25


class Statistics(Protocol):
    """The ledger. Raises `UnavailableError` when it cannot tell in time."""

    def statistics(self, board: str) -> BoardStatistics:
        """What counts on a board."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardRecord:
    """What a board came to at ``as_of``."""

    statistics: BoardStatistics
    as_of: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Failure:
    reason: str
    as_of: datetime


class BoardRecords:
    """What boards come to. Thread-safe."""

    def __init__(self, ledger: Statistics, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock
        self._flights = Flights[BoardRecord]()
        self._seats = BoundedSemaphore(_SEATS)
        self._lock = Lock()
        self._kept: dict[str, BoardRecord | _Failure] = {}

    def of(self, board: str) -> BoardRecord:
        """What the board came to, at most `KEPT` ago. Raises `UnavailableError` when it cannot be counted in time."""
        found = self._found(board)
        if found is not None:
            return found
        with self._seat():
            return self._flights.join(board, self._ask)

    def _found(self, board: str) -> BoardRecord | None:
        kept = self._kept.get(board)
        if kept is None or not timedelta() <= self._clock.now() - kept.as_of < KEPT:
            return None
        if isinstance(kept, _Failure):
            raise UnavailableError(kept.reason)
        return kept

    def _ask(self, board: str) -> BoardRecord:
        found = self._found(board)
        return self._count(board) if found is None else found

    def _count(self, board: str) -> BoardRecord:
        as_of = self._clock.now()
        try:
            made = BoardRecord(statistics=self._ledger.statistics(board), as_of=as_of)
        except UnavailableError as error:
            self._keep(board, _Failure(reason=str(error), as_of=self._clock.now()))
            raise
        self._keep(board, made)
        return made

    def _keep(self, board: str, outcome: BoardRecord | _Failure) -> None:
        with self._lock:
            self._kept.pop(board, None)
            if len(self._kept) >= _MOST_BOARDS:
                del self._kept[next(iter(self._kept))]
            self._kept[board] = outcome

    @contextmanager
    def _seat(self) -> Iterator[None]:
        if not self._seats.acquire(timeout=_SEAT_SECONDS):
            raise UnavailableError("too many requests wait for boards to be counted")
        try:
            yield
        finally:
            self._seats.release()
