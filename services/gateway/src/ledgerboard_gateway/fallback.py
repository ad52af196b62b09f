"""Answer from the live boards, or from the ledger where they cannot answer: down, lost, or let go of the view.

The ledger folds anew for each question, which costs it as much as the board has facts. So only few questions are put to
it at the same time, and who finds no seat is refused: an outage of Redis must not become one of PostgreSQL.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Generic, TypeVar

from ledgerboard_boards import ViewExpiredError
from ledgerboard_gateway.breaker import Breaker
from ledgerboard_gateway.lives import Lives, LostBoardError, MovingBoardError
from ledgerboard_gateway.metrics import GatewayMetrics
from ledgerboard_gateway.views import BoardView, LiveBoard, Views, Wanted
from ledgerboard_infra.errors import UnavailableError

T = TypeVar("T")

SEATS: Final = 3
"""Questions to the ledger at the same time, where nobody says otherwise."""

SEAT_SECONDS: Final = 0.1
"""How long a question waits for a seat. Its thread is one that submissions may need."""


class Source(StrEnum):
    """Who answered."""

    BOARDS = "boards"
    LEDGER = "ledger"


@dataclass(frozen=True, slots=True)
class Asked:
    """A ranking of a board, as a reader names it."""

    board: str
    wanted: Wanted


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """An answer, the views that it is about in the order in which they were asked for, and who gave it."""

    views: Sequence[BoardView]
    value: T
    source: Source

    @property
    def of(self) -> BoardView:
        """The view, where one was asked for."""
        (view,) = self.views
        return view


class FallbackBoards:
    """Asks the boards, then the ledger. Thread-safe."""

    def __init__(self, lives: Lives, views: Views, metrics: GatewayMetrics, *, seats: int = SEATS) -> None:
        self._lives = lives
        self._views = views
        self._metrics = metrics
        self._seats = threading.BoundedSemaphore(seats)
        self._breaker = Breaker("the ledger's fold")

    def has(self, board: str) -> bool:
        """Whether there is such a board."""
        return self._lives.has(board)

    def read(
        self,
        asked: Sequence[Asked],
        boards: Callable[[Sequence[BoardView]], T],
        ledger: Callable[[Sequence[BoardView]], T],
    ) -> Found[T]:
        """What ``boards`` tells of the live views, or ``ledger`` of all of them as they should be.

        Raises `UnknownBoardError`, what `Views.find` raises, and `UnavailableError` where neither answers.
        """
        names = [each.board for each in asked]
        try:
            return self._lives.read(names, lambda lives: self._ask(lives, asked, boards, Source.BOARDS))
        except (UnavailableError, ViewExpiredError) as error:
            with self._seat():
                lives = [self._lives.recorded(name) for name in names]
                found = self._breaker.call(lambda: self._ask(lives, asked, ledger, Source.LEDGER))
            self._metrics.ledger_read(_reason(error))
            return found

    def _ask(
        self, lives: Sequence[LiveBoard], asked: Sequence[Asked], ask: Callable[[Sequence[BoardView]], T], by: Source
    ) -> Found[T]:
        views = [self._views.find(live, each.wanted) for live, each in zip(lives, asked, strict=True)]
        return Found(views, ask(views), by)

    @contextmanager
    def _seat(self) -> Iterator[None]:
        if not self._seats.acquire(timeout=SEAT_SECONDS):
            raise UnavailableError("as many read the ledger's fold as it bears")
        try:
            yield
        finally:
            self._seats.release()


def _reason(error: Exception) -> str:
    match error:
        case ViewExpiredError():
            return "expired"
        case LostBoardError():
            return "lost"
        case MovingBoardError():
            return "moving"
    return "down"
