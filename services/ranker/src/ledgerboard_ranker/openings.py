"""Begin to build a generation: from a row that asks for it to a state in which live facts go to it.

The row says *opening* before the snapshot is taken, so whoever records facts that the snapshot lacks has seen the row and
tells the boards of them. Only then does the state name the generation, until a moment that lies after the last fact
which may have been folded without it. Every step may be repeated, by anybody, after a crash anywhere.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

from ledgerboard_boards import BoardState, GenerationState, Horizon
from ledgerboard_contracts import MAX_CLOCK_SKEW
from ledgerboard_infra.clock import Clock
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_ledger import Generation, GenerationPhase

LOST: Final = "lost"
"""The reason of a rebuild that nobody asked for."""

AUTHOR: Final = "ledgerboard"

_SLACK: Final = timedelta(seconds=15)
"""How long the change of a state may take before it has to be made again with a later moment."""

_TRIES: Final = 20


class Opened(StrEnum):
    """What became of opening a generation."""

    BUILDING = "building"
    SUPERSEDED = "superseded"
    """A later generation is live or being built. This one is abandoned."""


class Generations(Protocol):
    """The rows of generations. Raises `UnavailableError` when the record is down."""

    def list(self, board: str | None = None) -> Sequence[Generation]:
        """The generations of a board."""
        ...

    def request(self, board: str, *, board_version: int | None, reason: str, author: str) -> Generation:
        """The pending rebuild of the board by that version (None: the current one), made if there is none."""
        ...

    def open(self, board: str, number: int) -> Generation:
        """Say *opening*, wait for those who cannot have seen it, and take the snapshot."""
        ...

    def opened(self, board: str, number: int, until: datetime) -> None:
        """Say *building*. Changes nothing but a row that says *opening*."""
        ...

    def abandon(self, board: str, number: int) -> None:
        """Give up a generation that is not live."""
        ...


class States(Protocol):
    """The states of boards. Raises `UnavailableError` when they are down."""

    def get(self, board: str) -> BoardState | None:
        """The state, or None where there is none."""
        ...

    def create(self, board: str, generations: Sequence[GenerationState], live: int | None) -> bool:
        """Make the first state."""
        ...

    def replace(
        self, board: str, expected_version: int, *, live: int | None, generations: Sequence[GenerationState]
    ) -> bool:
        """Make the next state, if the version is the expected one."""
        ...


class Hidden(Protocol):
    """Who must not be seen. Raises `UnavailableError` when the record is down."""

    def hidden(self, board: str, snapshot: str, until: datetime) -> Mapping[str, Horizon]:
        """The players that are banned on the board now, each with a horizon of these moments."""
        ...


class Openings:
    """Opens generations. Safe to repeat, safe to race. Raises `UnavailableError` when boards or record are down."""

    def __init__(self, generations: Generations, states: States, hidden: Hidden, clock: Clock) -> None:
        self._generations = generations
        self._states = states
        self._hidden = hidden
        self._clock = clock

    def renew(self, board: str, *, suspect: bool = False) -> None:
        """Have a board whose keys were lost built anew, from now on with what comes meanwhile.

        What was being built without a trace in the state is lost too. ``suspect``: the keys are there, but may lack
        something; then nothing of them is kept, nor read.
        """
        state = None if suspect else self._states.get(board)
        kept = set() if state is None else {each.number for each in state.generations}
        lost = {GenerationPhase.BUILDING, GenerationPhase.OPENING} if suspect else {GenerationPhase.BUILDING}
        for row in self._generations.list(board):
            if row.state in lost and row.number not in kept:
                self._generations.abandon(board, row.number)
        row = self._generations.request(board, board_version=None, reason=LOST, author=AUTHOR)
        self.open(row, keep_live=not suspect)

    def open(self, row: Generation, *, keep_live: bool = True) -> Opened:
        """Let live facts go to the generation of ``row``, whose snapshot is taken on the way.

        ``keep_live=False``: what is live now is not to be read nor folded into any more.
        """
        if row.state is GenerationPhase.BUILDING:
            return Opened.BUILDING
        opening = self._generations.open(row.board, row.number)
        until = self._place(opening, keep_live=keep_live)
        if until is None:
            self._generations.abandon(row.board, row.number)
            return Opened.SUPERSEDED
        self._generations.opened(row.board, row.number, until)
        return Opened.BUILDING

    def _place(self, opening: Generation, *, keep_live: bool) -> datetime | None:
        """Name the generation in the state. Until when facts may have been folded without it; None: it came too late.

        Where the change took so long that the moment is too early, it is made again with a later one.
        """
        for _ in range(_TRIES):
            state = self._states.get(opening.board)
            if state is not None and any(each.number > opening.number for each in state.generations):
                return None
            until = self._clock.now() + MAX_CLOCK_SKEW + _SLACK
            if self._change(opening, state, until, keep_live=keep_live) and self._clock.now() <= until - MAX_CLOCK_SKEW:
                return until
        raise UnavailableError(f"the state of board {opening.board!r} changes faster than it can be read")

    def _change(self, opening: Generation, state: BoardState | None, until: datetime, *, keep_live: bool) -> bool:
        following = self._following(opening, until)
        if state is None:
            return self._states.create(opening.board, (following,), None)
        if state.live == opening.number:
            return True
        live = state.live if keep_live else None
        kept = tuple(each for each in state.generations if each.number == live)
        return self._states.replace(opening.board, state.version, live=live, generations=(*kept, following))

    def _following(self, opening: Generation, until: datetime) -> GenerationState:
        if opening.snapshot is None:
            raise TypeError(f"generation {opening.number} of board {opening.board!r} was opened without a snapshot")
        return GenerationState(
            number=opening.number,
            board_version=opening.board_version,
            snapshot=opening.snapshot,
            until=until,
            restated=self._hidden.hidden(opening.board, opening.snapshot, until),
        )
