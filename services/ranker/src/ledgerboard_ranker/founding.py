"""Give a board without a state one: its first, or the next of a board that Redis lost.

The record tells the two apart: a board's first generation is adopted once. One that was reset before it was ever folded
begins with that reset as its horizon. One of which the ledger holds facts that nobody folded, since they were imported,
is drawn from the ledger as a lost one is.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol

from ledgerboard_boards import BoardState, GenerationState
from ledgerboard_infra.clock import Clock
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.logs import get_logger
from ledgerboard_ledger import Generation, GenerationStage, UnknownGenerationError

MAKING: Final = timedelta(seconds=10)
"""How long the first state of a board may be on its way from one ranker while another misses it."""

_EMPTY: Final = "3:3:"
"""A snapshot in which nothing was recorded: PostgreSQL gives no transaction a number below 3."""

_LOST: Final = "lost"
_AUTHOR: Final = "ranker"

_log = get_logger(__name__)


class States(Protocol):
    """What is true of each board in Redis. Raises `UnavailableError` when the boards are down."""

    def get(self, board: str) -> BoardState | None:
        """The state, or None where the board was never projected or is lost."""
        ...

    def create(self, board: str, generations: Sequence[GenerationState], live: int | None) -> bool:
        """Make the first state, or False where there is one."""
        ...


class Generations(Protocol):
    """The record of every generation. Every method raises `UnavailableError` when PostgreSQL is down."""

    def adopt(self, board: str, board_version: int) -> tuple[Generation, bool]:
        """The live generation; a board that never had one gets its first, and then the second value is True.

        One of which the ledger holds older facts gets a request instead.
        """
        ...

    def request(self, board: str, *, board_version: int | None, reason: str, author: str) -> Generation:
        """The generation that is to come. One that nobody began yet serves."""
        ...

    def abandon(self, board: str, number: int) -> None:
        """Nobody will go on with it."""
        ...

    def list(self, board: str) -> Sequence[Generation]:
        """The board's generations, the last requested first."""
        ...


class Resets(Protocol):
    """When boards were reset. Raises `UnavailableError` when PostgreSQL is down."""

    def reset_at(self, board: str) -> datetime | None:
        """What was accepted on the board until then does not count."""
        ...


class Opening(Protocol):
    """Puts generations into states."""

    def open(self, board: str, number: int) -> BoardState:
        """The state, with that generation in it."""
        ...


class Founding:
    """Who makes states. Any number may race. Safe to repeat."""

    def __init__(
        self, states: States, generations: Generations, resets: Resets, openings: Opening, clock: Clock
    ) -> None:
        self._states = states
        self._generations = generations
        self._resets = resets
        self._openings = openings
        self._clock = clock

    def ensure(self, board: str, board_version: int) -> BoardState:
        """The state of the board, with a generation in it. A board without any is new, or lost.

        Raises `UnavailableError`.
        """
        state = self._states.get(board)
        if state is not None and state.generations:
            return state
        generation, made = self._generations.adopt(board, board_version)
        if made:
            self._states.create(board, [self._first(generation)], generation.number)
        elif generation.state is not GenerationStage.LIVE or self._is_old(generation):
            return self._recover(board)
        state = self._states.get(board)
        if state is None or not state.generations:
            raise UnavailableError(f"the first state of {board} is being made")
        return state

    def _recover(self, board: str) -> BoardState:
        """The next generation of a board that Redis lost, open for what comes.

        What was begun before is lost with the rest. What is opening since just now is another ranker's, which noticed
        the loss too.
        """
        _log.warning("board lost", board=board)
        joined, begun = None, list[Generation]()
        for each in self._generations.list(board):
            if each.state is GenerationStage.BUILDING or (each.state is GenerationStage.OPENING and self._is_old(each)):
                begun.append(each)
            elif each.state in {GenerationStage.REQUESTED, GenerationStage.OPENING}:
                joined = each
        if joined is None:
            joined = self._generations.request(board, board_version=None, reason=_LOST, author=_AUTHOR)
        for each in begun:  # Only now: another ranker may have made a state of it, which somebody must follow.
            self._generations.abandon(board, each.number)
        try:
            return self._openings.open(board, joined.number)
        except UnknownGenerationError as error:
            raise UnavailableError(f"{board} is being recovered by somebody else") from error

    def _is_old(self, generation: Generation) -> bool:
        return generation.requested_at + MAKING < self._clock.now()

    def _first(self, generation: Generation) -> GenerationState:
        """A reset that is recorded from now on finds a generation, and asks for the next."""
        reset_at = self._resets.reset_at(generation.board)
        snapshot = None if reset_at is None else _EMPTY
        return GenerationState(generation.number, generation.board_version, snapshot, reset_at, {})
