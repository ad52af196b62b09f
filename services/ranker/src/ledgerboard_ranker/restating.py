"""Draw a player's standing from the ledger again, once a correction was recorded.

The horizon is opened first, and only then is the ledger read: a fact that the reading misses is told again by history,
to a ranker that knows the horizon. The state is read before both, so that of two who restate the same player the one
that read the ledger earlier cannot have the last word. Up to when the horizon reaches is decided last, just before the
call that replaces the standing, and Redis refuses a call that comes later than that allows for.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

from ledgerboard_boards import BoardState, Following, GenerationState, Horizon
from ledgerboard_contracts import BoardDefinition, BoardOptions, Fact
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.logs import get_logger
from ledgerboard_ledger import OpenedRestatement
from ledgerboard_ranker.clocks import Moment, StoreClocks
from ledgerboard_ranker.openings import TRIES

KEPT: Final = timedelta(days=60)
"""Longer than a fact can wait in all of its queues and their dead letters, one after the other."""

_MOST_BUSY_SECONDS: Final = 15.0
_STEP_SECONDS: Final = 0.1
"""For how long, and how often, a server is asked that may be busy with the call before."""

_TICK: Final = timedelta(microseconds=1)

_log = get_logger(__name__)

Drawn = tuple[int, BoardOptions, Sequence[Fact]]


class Boards(Protocol):
    """The live boards. Raises `UnavailableError` when they are down."""

    def restate(
        self,
        board: str,
        player: str,
        entries: Sequence[Drawn],
        state_version: int,
        following: Callable[[], Following],
        now: datetime,
    ) -> bool:
        """Put these entries in place of the player's, and what follows into the state; or neither."""
        ...


class Founding(Protocol):
    """Gives a board that has no state one. Raises `UnavailableError` when that cannot be done now."""

    def ensure(self, board: str, board_version: int) -> BoardState:
        """The state, now that there is one."""
        ...


class Restatements(Protocol):
    """The horizons of players, as the ledger keeps them. Raises `UnavailableError` when it is down."""

    def open(self, board: str, player: str) -> OpenedRestatement:
        """Let history look, wait for who does not, and take the snapshot."""
        ...

    def opened(self, board: str, player: str, correction_id: UUID, snapshot: str, until: datetime) -> bool:
        """The board's state has the horizon. False: somebody else restates the player now."""
        ...


class Facts(Protocol):
    """The ledger. Raises `UnavailableError` when it is down."""

    def player(self, board: str, player: str, snapshot: str) -> Sequence[Fact]:
        """The player's facts that count, among those that were recorded in the snapshot."""
        ...


class Definitions(Protocol):
    """Board definitions. Raises `UnavailableError` when the record cannot be asked."""

    def current(self, board: str) -> BoardDefinition | None:
        """The board's current version, or None: it is deleted or was never there."""
        ...

    def version(self, board: str, version: int) -> BoardDefinition | None:
        """One version of a board, or None where there is none."""
        ...


class Touching(Protocol):
    """Notes which boards are about to be written to."""

    def touch(self, boards: Sequence[str]) -> None:
        """Note them. Never raises."""
        ...

    def confirm(self, boards: Sequence[str]) -> None:
        """They are written to. Raises `UnavailableError` where the note is too old by now."""
        ...


class Restating:
    """What makes the boards follow a correction. Safe to repeat: each time it draws what counts by then."""

    def __init__(
        self,
        founding: Founding,
        boards: Boards,
        restatements: Restatements,
        facts: Facts,
        definitions: Definitions,
        touching: Touching,
        clocks: StoreClocks,
    ) -> None:
        self._founding = founding
        self._boards = boards
        self._restatements = restatements
        self._facts = facts
        self._definitions = definitions
        self._touching = touching
        self._clocks = clocks

    def restate(self, board: str, player: str) -> bool:
        """Draw the player's standing in every view of the board. False: the board is deleted.

        Raises `UnavailableError`, also where the board's state changes all the time.
        """
        current = self._definitions.current(board)
        if current is None:
            return False  # A deleted board shows nothing, and what it shows when it is made anew is younger.
        self._touching.touch([board])  # If Redis loses the moment, nobody will ask for it again.
        for _ in range(TRIES):
            state = self._founding.ensure(board, current.version)
            opened = self._restatements.open(board, player)
            horizon = self._draw(board, player, state, opened)
            if horizon is not None:
                self._restatements.opened(board, player, horizon.correction_id, horizon.snapshot, horizon.until)
                self._touching.confirm([board])
                _log.info("player restated", board=board, hidden=horizon.hidden)
                return True
        raise UnavailableError(f"a player of {board} could not be restated: the board's state keeps changing")

    def _draw(self, board: str, player: str, state: BoardState, opened: OpenedRestatement) -> Horizon | None:
        """The horizon from which the player is drawn now. None: the state changed meanwhile, or the call came late."""
        facts = () if opened.hidden else self._facts.player(board, player, opened.snapshot)
        entries = [(each.number, self._options(board, each), facts) for each in state.generations]
        now = self._clocks.now()
        horizons: list[Horizon] = []

        def following() -> Following:
            moment = self._clocks.moment(board)
            horizons.append(_horizon(opened, moment, state, player))
            generations = [_with(each, player, horizons[-1], now - KEPT) for each in state.generations]
            return Following(generations, moment.not_after)

        try:
            is_drawn = self._boards.restate(board, player, entries, state.version, following, now)
        except UnavailableError:
            if not horizons or not self._was_drawn(board, state.generations[0].board_version, player, horizons[-1]):
                raise
            is_drawn = True
        return horizons[-1] if is_drawn else None

    def _was_drawn(self, board: str, board_version: int, player: str, horizon: Horizon) -> bool:
        """Whether a call was made whose answer did not come.

        A player of very many plays keeps the server longer than an answer is waited for. Made again, the call would
        keep it as long again, and so for ever.
        """
        deadline = time.monotonic() + _MOST_BUSY_SECONDS
        while True:
            try:
                state = self._founding.ensure(board, board_version)
            except UnavailableError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(_STEP_SECONDS)
            else:
                return all(each.restated.get(player) == horizon for each in state.generations)

    def _options(self, board: str, generation: GenerationState) -> BoardOptions:
        definition = self._definitions.version(board, generation.board_version)
        if definition is None:
            raise UnavailableError(f"board {board!r} has no version {generation.board_version}")
        return definition.options


def _horizon(opened: OpenedRestatement, moment: Moment, state: BoardState, player: str) -> Horizon:
    """Reaches past every horizon that it takes the place of: what is late for those must be late for this one too."""
    moments = [each.until for each in state.generations if each.until is not None]
    moments += [each.restated[player].until + _TICK for each in state.generations if player in each.restated]
    until = max([moment.until, *moments])
    return Horizon(opened.correction_id, opened.snapshot, until, opened.hidden, moment.drawn_at)


def _with(generation: GenerationState, player: str, horizon: Horizon, forgotten: datetime) -> GenerationState:
    restated = dict(_remembered(generation.restated, forgotten)) | {player: horizon}
    return GenerationState(generation.number, generation.board_version, generation.snapshot, generation.until, restated)


def _remembered(restated: Mapping[str, Horizon], forgotten: datetime) -> Iterator[tuple[str, Horizon]]:
    """The horizons by which a fact may still be late, and all that hide."""
    return ((player, each) for player, each in restated.items() if each.hidden or each.until > forgotten)
