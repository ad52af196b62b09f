"""Have a board built anew that Redis lost, or may have lost something of.

A board whose keys are gone has no state, and one in doubt is given a state without a live generation. Either way the
boards refuse to read it, so that nobody takes a part of a board for the whole: its readers ask the ledger until the
new generation is live.
"""

from enum import StrEnum
from typing import Final

from ledgerboard_boards import BoardState
from ledgerboard_infra.logs import get_logger
from ledgerboard_ledger import GenerationStage, UnknownGenerationError
from ledgerboard_ranker.rebuilder.ports import Generations, Openings, States

_AUTHOR: Final = "rebuilder"
_BEGUN: Final = frozenset({GenerationStage.OPENING, GenerationStage.BUILDING})

_log = get_logger(__name__)


class Loss(StrEnum):
    """Why a board is renewed. Doubles as the reason of its rebuild and as the ``loss`` label of a metric."""

    LOST = "lost"
    """Its keys are gone."""
    SUSPECT = "suspect"
    """Its keys may be older than what was folded into them."""


class Renewal:
    """Renews boards. Safe to repeat, and safe to race: what is renewed twice is built twice, and right both times."""

    def __init__(self, generations: Generations, states: States, openings: Openings) -> None:
        self._generations = generations
        self._states = states
        self._openings = openings

    def renew(self, board: str, loss: Loss) -> None:
        """Begin the board's next generation. What was begun before is given up, since it lost what the board lost.

        The state is darkened first. Whoever dies after that leaves a board that `is_lost`.
        """
        if loss is Loss.SUSPECT:
            self._darken(board)
        row = self._generations.request(board, board_version=None, reason=loss.value, author=_AUTHOR)
        for begun in self._generations.list(board):
            if begun.state in _BEGUN and begun.number < row.number:
                self._generations.abandon(board, begun.number)
        try:
            self._openings.open(board, row.number)
        except UnknownGenerationError:
            _log.info("somebody else renews the board", board=board, generation=row.number)
        else:
            _log.warning("board is built anew", board=board, generation=row.number, reason=loss.value)

    def _darken(self, board: str) -> None:
        """Nothing of the board is read or folded into any more."""
        while (state := self._states.get(board)) is not None and state.generations:
            if self._states.replace(board, state.version, live=None, generations=()):
                return


def is_lost(state: BoardState | None) -> bool:
    """Whether a board that was projected shows nothing, and nothing is being built for it."""
    return state is None or not state.generations
