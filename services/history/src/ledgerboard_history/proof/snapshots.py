"""Take everybody's ranks once a day, so that a player can be told how they changed."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from ledgerboard_contracts import BoardDefinition, BoardOptions
from ledgerboard_infra.clock import Clock

_PAGE = 1_000


class Definitions(Protocol):
    """The record of boards."""

    def list(self, after: str | None, limit: int) -> Sequence[BoardDefinition]:
        """Current definitions by name, from the first one after ``after``."""


class Snapshots(Protocol):
    """The record of ranks over time."""

    def take(self, board: str, options: BoardOptions, day: date, at: datetime, *, most: int) -> bool:
        """Keep the ranks of a day, or False: they are kept already."""


class SnapshotRanks:
    """Takes the ranks of this day (UTC) of every board: of each the first ``most``."""

    def __init__(self, definitions: Definitions, snapshots: Snapshots, clock: Clock, *, most: int) -> None:
        self._definitions = definitions
        self._snapshots = snapshots
        self._clock = clock
        self._most = most

    def run(self) -> int:
        """How many boards were taken. Safe to repeat: a board whose day was taken is left alone."""
        now, taken, after = self._clock.now(), 0, None
        while page := self._definitions.list(after, _PAGE):
            taken += sum(
                self._snapshots.take(each.board, each.options, now.date(), now, most=self._most) for each in page
            )
            after = page[-1].board
        return taken
