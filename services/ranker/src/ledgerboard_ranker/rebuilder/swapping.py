"""Let readers see a generation that is complete, and delete the ones before it.

The state decides, in one compare-and-set. Whoever reads by the former state is refused and asks anew; whoever folds by
it is refused and folds by the new one. Only then may keys of a former generation go, since nobody can write to them.
"""

from typing import Final

from ledgerboard_ledger import Generation
from ledgerboard_ranker.rebuilder.ports import Boards, Generations, States, Touches
from ledgerboard_ranker.rebuilder.scanning import GenerationGoneError

_VIEWS_A_SLICE: Final = 20
"""Views deleted by one call. What they hold is freed in the background, so it costs the server little."""


class Swap:
    """The last steps of a rebuild. Safe to repeat from any of them."""

    def __init__(self, generations: Generations, states: States, boards: Boards, touches: Touches) -> None:
        self._generations = generations
        self._states = states
        self._boards = boards
        self._touches = touches

    def finish(self, row: Generation) -> None:
        """Make ``row`` live. Raises `GenerationGoneError`, `UnknownGenerationError` and `UnavailableError`.

        The row says so last: until then another process would do all of it again after a crash. What Redis loses of a
        rebuild is missed while its row is unfinished; afterwards because it was noted before.
        """
        self._go_live(row)
        for former in self._generations.list(row.board):
            if former.number < row.number:
                self._drop(row.board, former.number)
        self._touches.note([row.board])
        self._generations.finish(row.board, row.number)

    def make_room(self, row: Generation) -> None:
        """Delete former generations that nobody reads. A server that is full could not build a board beside them."""
        state = self._states.get(row.board)
        named = {each.number for each in state.generations} if state is not None else set()
        for former in self._generations.list(row.board):
            if former.number < row.number and former.number not in named:
                self._drop(row.board, former.number)

    def is_live(self, row: Generation) -> bool:
        """Whether readers see it already."""
        state = self._states.get(row.board)
        return state is not None and state.live == row.number

    def _go_live(self, row: Generation) -> None:
        while (state := self._states.get(row.board)) is None or state.live != row.number:
            complete = [each for each in state.generations if each.number == row.number] if state else []
            if state is None or not complete:
                raise GenerationGoneError(row)
            if self._states.replace(row.board, state.version, live=row.number, generations=complete):
                return

    def _drop(self, board: str, number: int) -> None:
        while not self._boards.drop(board, number, _VIEWS_A_SLICE):
            pass
