"""Redis's refusal of what comes too late, by the clock of a test, which can be moved.

The server goes by its own clock. So a test that moves the time says itself when a call is too late, and lets the server
refuse it then.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from ledgerboard_boards import BoardStates, Following, RedisBoards
from ledgerboard_boards.restating import Drawn
from ledgerboard_infra.clock import Clock
from ledgerboard_ranker.clocks import CALL_TIME, Moment, StoreClocks

_LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


class MovedClocks(StoreClocks):
    """Remembers when the time was taken, by the clock that is moved."""

    def __init__(self, boards: Any, ledger: Clock, own: Clock) -> None:
        super().__init__(boards, ledger, own)
        self._taken: dict[datetime, datetime] = {}

    def moment(self, board: str) -> Moment:
        moment = super().moment(board)
        self._taken[moment.not_after] = self.now()
        return moment

    def deadline(self, not_after: datetime | None) -> datetime | None:
        """What to tell the server: none where it is in time."""
        if not_after is None:
            return None
        return _LONG_AGO if self.now() > self._taken[not_after] + CALL_TIME else None


class PunctualStates(BoardStates):
    """As `BoardStates`, by the clock that is moved. ``before_call`` happens after the time was taken."""

    clocks: MovedClocks
    before_call: Callable[[], None]

    def create(self, *arguments: Any, not_after: datetime | None = None) -> bool:
        self.before_call()
        return super().create(*arguments, not_after=self.clocks.deadline(not_after))

    def replace(self, *arguments: Any, not_after: datetime | None = None, **others: Any) -> bool:
        self.before_call()
        return super().replace(*arguments, not_after=self.clocks.deadline(not_after), **others)


class PunctualBoards(RedisBoards):
    """As `RedisBoards`, by the clock that is moved. ``before_call`` happens after the time was taken."""

    clocks: MovedClocks
    before_call: Callable[[], None]

    def restate(
        self,
        board: str,
        players: Mapping[str, Sequence[Drawn]],
        state_version: int,
        following: Callable[[], Following],
        now: datetime,
    ) -> int | None:

        def checked() -> Following:
            made: Following = following()
            self.before_call()
            return replace(made, not_after=self.clocks.deadline(made.not_after))

        return super().restate(board, players, state_version, checked, now)
