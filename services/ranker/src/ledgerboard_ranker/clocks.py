"""Take the time for a horizon: no earlier than any clock by which facts are stamped, admitted or folded.

A horizon says up to when a fact may have been accepted before the boards knew. Ingest lets no fact pass that was
accepted more than the allowed skew after PostgreSQL's clock. So whatever was folded before a call to Redis was accepted
no later than that skew after PostgreSQL's time at the call. Redis refuses a call that is later than planned, by its own
clock: a process that stood still in between has to take the time again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from ledgerboard_contracts import MAX_CLOCK_SKEW
from ledgerboard_infra.clock import Clock

CALL_TIME: Final = timedelta(seconds=5)
"""How long a call to Redis may take after the time was taken for it."""

MARGIN: Final = MAX_CLOCK_SKEW + CALL_TIME


class BoardClocks(Protocol):
    """The clocks of the servers that hold the boards. Raises `UnavailableError` when they are down."""

    def clock(self, board: str) -> datetime:
        """What the clock of the board's server says."""
        ...


@dataclass(frozen=True, slots=True)
class Moment:
    """Now. ``until``: nothing that was accepted later can have been folded or recorded up to ``not_after``.

    ``drawn_at`` and ``not_after`` are by Redis's clock: a call that is made now happens between them or not at all.
    """

    until: datetime
    drawn_at: datetime

    @property
    def not_after(self) -> datetime:
        """When a call comes too late."""
        return self.drawn_at + CALL_TIME


class StoreClocks:
    """Takes the time by three clocks: Redis's, PostgreSQL's and this process's own."""

    def __init__(self, boards: BoardClocks, ledger: Clock, own: Clock) -> None:
        self._boards = boards
        self._ledger = ledger
        self._own = own

    def now(self) -> datetime:
        """What this process's own clock says."""
        return self._own.now()

    def moment(self, board: str) -> Moment:
        """Now. Raises `UnavailableError`. Redis is asked first, so that PostgreSQL's time is counted on in full."""
        drawn_at = self._boards.clock(board)
        latest = max(drawn_at, self._ledger.now(), self._own.now())
        return Moment(until=latest + MARGIN, drawn_at=drawn_at)
