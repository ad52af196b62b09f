"""Open generations: from that moment facts are folded into one as they come, and the ledger gives it the rest.

History tells a fact again from when the generation's row is opening; the ledger's snapshot is taken after that, and the
board's state names the generation after the snapshot. So a fact is in the snapshot, or is told again to a ranker that
knows the generation. Nothing falls between.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

from ledgerboard_boards import BoardState, GenerationState, Horizon
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_ledger import Generation
from ledgerboard_ranker.clocks import Moment, StoreClocks

TRIES: Final = 50
"""A state that changes that often under one's hands is not for one batch to wait for."""


class States(Protocol):
    """What is true of each board in Redis. Every method raises `UnavailableError` when the boards are down."""

    def get(self, board: str) -> BoardState | None:
        """The state, or None where the board was never projected or is lost."""
        ...

    def create(
        self, board: str, generations: Sequence[GenerationState], live: int | None, *, not_after: datetime
    ) -> bool:
        """Make the first state, or False where there is one or it is too late."""
        ...

    def replace(
        self,
        board: str,
        expected_version: int,
        *,
        live: int | None,
        generations: Sequence[GenerationState],
        not_after: datetime,
    ) -> bool:
        """Change the state, or False where its version is another one or it is too late."""
        ...


class Generations(Protocol):
    """The record of every generation. Every method raises `UnavailableError` when PostgreSQL is down."""

    def open(self, board: str, number: int) -> Generation:
        """Let history look, wait for who does not, and take the snapshot: once, however often it is asked.

        Raises `UnknownGenerationError` for one that was given up.
        """
        ...

    def opened(self, board: str, number: int, until: datetime) -> None:
        """The board's state names the generation. Safe to repeat."""
        ...

    def abandon(self, board: str, number: int) -> None:
        """Nobody will go on with it."""
        ...


class Hidden(Protocol):
    """Who is banned. Raises `UnavailableError` when PostgreSQL is down."""

    def hidden(self, board: str) -> Mapping[str, UUID]:
        """The banned players with facts on the board, each with the newest correction."""
        ...


class Openings:
    """The only one who puts a generation into a board's state. Any number of them may race. Safe to repeat."""

    def __init__(self, states: States, generations: Generations, hidden: Hidden, clocks: StoreClocks) -> None:
        self._states = states
        self._generations = generations
        self._hidden = hidden
        self._clocks = clocks

    def open(self, board: str, number: int) -> BoardState:
        """The state of the board, in which generation ``number`` stands.

        Raises `UnavailableError`, and `UnknownGenerationError` for one that was given up. Whoever finds it opened but
        not noted so, because somebody died in between, notes it.
        """
        for _ in range(TRIES):
            state = self._states.get(board)
            opened = _named(state, number)
            if state is not None and opened is not None:
                self._generations.opened(board, number, opened.until or self._clocks.moment(board).until)
                return state
            self._place(board, state, number)
        raise UnavailableError(f"generation {number} of {board} could not be opened: its state keeps changing")

    def _place(self, board: str, state: BoardState | None, number: int) -> None:
        """Put the generation beside the live one. Where another was faster, the next look finds what that one did.

        Where this process stood still since it took the time, nothing was put, and the next attempt takes it again.
        """
        generation = self._generations.open(board, number)
        hidden = self._hidden.hidden(board)
        moment = self._clocks.moment(board)  # Last of all, since from then on there is little time.
        until = max([moment.until, *_horizons(state)])
        restated = {
            player: Horizon(correction_id, generation.snapshot or "", until, hidden=True)
            for player, correction_id in hidden.items()
        }
        following = GenerationState(
            number, generation.board_version, generation.snapshot, until, restated | dict(_hidden(state))
        )
        if not self._put(board, state, following, moment):
            return
        for each in _generations(state):
            if state is not None and each.number != state.live:
                self._generations.abandon(board, each.number)

    def _put(self, board: str, state: BoardState | None, following: GenerationState, moment: Moment) -> bool:
        """Whether the state was still this one, and it was in time."""
        if state is None:
            return self._states.create(board, [following], None, not_after=moment.not_after)
        live = [each for each in state.generations if each.number == state.live]
        return self._states.replace(
            board, state.version, live=state.live, generations=[*live, following], not_after=moment.not_after
        )


def _named(state: BoardState | None, number: int) -> GenerationState | None:
    return next((each for each in _generations(state) if each.number == number), None)


def _generations(state: BoardState | None) -> Sequence[GenerationState]:
    return state.generations if state is not None else ()


def _horizons(state: BoardState | None) -> Iterator[datetime]:
    """A new horizon never lies before a player's: what is late for that one must be late for this one."""
    yield from (each.until for generation in _generations(state) for each in generation.restated.values())


def _hidden(state: BoardState | None) -> Iterator[tuple[str, Horizon]]:
    """Who is banned. What other corrections did, a new generation gets from the ledger."""
    for generation in _generations(state):
        yield from ((player, each) for player, each in generation.restated.items() if each.hidden)
