"""Comparisons of boards with the ledger that somebody asked for, as the ledger keeps them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class ReconciliationStage(StrEnum):
    """How far a comparison is."""

    REQUESTED = "requested"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    """It was given up; ``failure`` tells why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedReconciliation:
    """A comparison of ``board``, or of every board where that is None.

    ``views`` are those of the boards that were begun, ``views_done`` those of the boards that were compared, and
    ``suspicions`` what is looked at again just now. Nobody can read the ``boards_unread``, so they were not compared.
    ``is_stalled``: it is running, and whoever does it was not heard of in time; the next worker takes it up again.
    """

    reconciliation_id: UUID
    board: str | None
    state: ReconciliationStage
    requested_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    attempts: int = 0
    after_board: str | None = None
    boards: int | None = None
    boards_compared: int = 0
    boards_unread: int = 0
    views: int = 0
    views_done: int = 0
    views_compared: int = 0
    suspicions: int = 0
    differences: int = 0
    unsettled: int = 0
    failure: str | None = None
    is_stalled: bool = False

    @property
    def is_proved(self) -> bool | None:
        """Whether every entry of every board was judged and right; None before that is known."""
        if self.state is not ReconciliationStage.FINISHED:
            return None
        return not (self.differences or self.unsettled or self.boards_unread)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundDifference:
    """One difference. ``detail`` tells it without the player's name."""

    board: str
    view: str
    kind: str
    player: str | None
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardCompared:
    """What came out for one board of a comparison."""

    board: str
    is_live: bool
    views: int
    unsettled: int
    differences: int
    first: tuple[FoundDifference, ...]
