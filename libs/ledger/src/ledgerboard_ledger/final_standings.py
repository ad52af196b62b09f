"""Read what was closed: which seasons of a board, who stood where in the end. It is kept for ever."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar

from sqlalchemy import RowMapping, Select, select

from ledgerboard_contracts import Period, Standing
from ledgerboard_ledger.closing_tables import closings, final_standings
from ledgerboard_ledger.endpoints import Endpoints

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """A period of a board that is closed. ``late_facts`` of it were recorded afterwards and changed nothing."""

    number: int
    board: str
    period: str
    key: str
    starts_at: datetime
    ends_at: datetime
    board_version: int
    closed_at: datetime
    entries: int
    late_facts: int


_CLOSING: Final = tuple(column for column in closings.c if column.name != "snapshot")


class FinalStandings:
    """The final standings of closed periods. Raises `UnavailableError` when neither endpoint answers. Thread-safe."""

    def __init__(self, endpoints: Endpoints) -> None:
        self._endpoints = endpoints

    def seasons(self, board: str) -> Sequence[Closing]:
        """The board's closed seasons in the order in which they were closed."""
        wanted = select(*_CLOSING).where(closings.c.board == board, closings.c.period == Period.SEASON.value)
        return self._all(wanted.order_by(closings.c.number), _closing)

    def closing(self, board: str, period: Period, key: str) -> Closing | None:
        """The closing of one period, or None while it is not closed."""
        wanted = select(*_CLOSING).where(
            closings.c.board == board, closings.c.period == period.value, closings.c.key == key
        )
        return next(iter(self._all(wanted, _closing)), None)

    def page(self, closing: int, after: int | None, limit: int) -> Sequence[Standing]:
        """The first ``limit`` standings whose rank is greater than ``after``, best first."""
        wanted = select(final_standings).where(final_standings.c.closing == closing)
        if after is not None:
            wanted = wanted.where(final_standings.c.rank > after)
        return self._all(wanted.order_by(final_standings.c.rank).limit(limit), standing_of)

    def standing(self, closing: int, player: str) -> Standing | None:
        """Where a player stood in the end (with each play for itself: the best of them), or None."""
        wanted = select(final_standings).where(final_standings.c.closing == closing, final_standings.c.player == player)
        return next(iter(self._all(wanted.order_by(final_standings.c.rank).limit(1), standing_of)), None)

    def _all(self, wanted: Select[Any], read: Callable[[RowMapping], T]) -> Sequence[T]:
        return self._endpoints.ask(lambda connection: [read(row) for row in connection.execute(wanted).mappings()])


def _closing(row: RowMapping) -> Closing:
    return Closing(**row)


def standing_of(row: RowMapping) -> Standing:
    """The standing in a row of ``final_standings``."""
    rank: int = row["rank"]
    return Standing(
        rank=rank,
        position=rank + 1,
        player=row["player"],
        score=int(row["score"]),
        achieved_at=row["achieved_at"],
    )
