"""Bring a board's state up to what the ledger knows, before a fact is folded that history told again.

History tells a fact again because of a row that it saw: a generation that is opening, a player who is being restated.
The board's state may not say so yet, and by the old one the fact would be on time, or nobody's. Whoever opened the row
may have died, too. So who meets such a fact does what the row asks for.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from ledgerboard_boards import BoardState, GenerationState
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_ledger import Generation, GenerationStage, KnownPlayer, UnknownGenerationError
from ledgerboard_ranker.ports import Restating


class Generations(Protocol):
    """The record of generations. Raises `UnavailableError` when it is down."""

    def list(self, board: str) -> Sequence[Generation]:
        """The board's generations."""
        ...


class Restatements(Protocol):
    """The record of restatements. Raises `UnavailableError` when it is down."""

    def of(self, board: str, players: Iterable[str]) -> Mapping[str, KnownPlayer]:
        """What is known of those players whom a correction concerns on this board."""
        ...


class States(Protocol):
    """The states of boards in Redis. Raises `UnavailableError` when they are down."""

    def get(self, board: str) -> BoardState | None:
        """The state, or None."""
        ...


class Opening(Protocol):
    """Puts generations into states."""

    def open(self, board: str, number: int) -> BoardState:
        """The state, with that generation in it."""
        ...


class CatchingUp:
    """Does what the ledger's rows ask for and the board's state does not show. Safe to repeat and to race."""

    def __init__(
        self,
        states: States,
        generations: Generations,
        restatements: Restatements,
        openings: Opening,
        restating: Restating,
    ) -> None:
        self._states = states
        self._generations = generations
        self._restatements = restatements
        self._openings = openings
        self._restating = restating

    def catch_up(self, board: str, players: Iterable[str]) -> None:
        """Open what is opening, and restate those of ``players`` who are behind. Raises `UnavailableError`."""
        for generation in self._generations.list(board):
            if generation.state is GenerationStage.OPENING:
                self._open(generation)
        known = self._restatements.of(board, players)
        if not known:
            return
        state = self._states.get(board)
        generations = () if state is None else state.generations
        behind = [
            player
            for player, each in known.items()
            if not generations or not all(_has(drawn, player, each) for drawn in generations)
        ]
        if behind:
            self._restating.restate(board, behind)

    def _open(self, generation: Generation) -> None:
        try:
            self._openings.open(generation.board, generation.number)
        except UnknownGenerationError as error:
            raise UnavailableError(f"a generation of {generation.board} is being given up") from error


def _has(generation: GenerationState, player: str, known: KnownPlayer) -> bool:
    """Whether the generation was drawn after the player's newest correction, by the row that is in force.

    A generation that was opened after the player was restated has nothing to remember of them, unless they are hidden.
    """
    if known.until is None:
        return False
    horizon = generation.restated.get(player)
    if horizon is None:
        return not known.hidden and generation.until is not None and known.until <= generation.until
    if known.hidden != horizon.hidden or horizon.correction_id != known.correction_id:
        return False
    return horizon.hidden or horizon.snapshot == known.snapshot
