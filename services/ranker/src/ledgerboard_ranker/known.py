"""The states of boards, as this process last saw them.

An old one does no harm: every fold names the version that it was made by and is refused if the board has another. So a
state is read once, and again whenever a fold was refused.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from ledgerboard_boards import BoardState
from ledgerboard_ledger import UnendedError
from ledgerboard_ranker.late import Rule, rule_of

_MOST_BOARDS = 100_000


@dataclass(frozen=True, slots=True)
class Known:
    """A board's state, and what it means for facts: one rule a generation, that of the live one first."""

    state: BoardState
    rules: Sequence[Rule]


class States(Protocol):
    """The states in Redis. Raises `UnavailableError` when the boards are down."""

    def get_many(self, boards: Sequence[str]) -> Mapping[str, BoardState]:
        """The states of those boards that have one."""
        ...


class Founding(Protocol):
    """Gives a board that has no state one. Raises `UnavailableError` when that cannot be done now."""

    def ensure(self, board: str, board_version: int) -> BoardState:
        """The state, now that there is one."""
        ...


class KnownStates:
    """What is known of each board. Thread-safe: a look-up is one operation, and the last word of two is as good."""

    def __init__(self, states: States, founding: Founding) -> None:
        self._states = states
        self._founding = founding
        self._known: dict[str, Known] = {}

    def of(self, versions: Mapping[str, int]) -> Mapping[str, Known]:
        """What is known of each board, given with the version by which it would be folded if it were new.

        A board is missing whose next state must wait for somebody's transaction.
        """
        known = {board: each for board in versions if (each := self._known.get(board)) is not None}
        missing = [board for board in versions if board not in known]
        found = self._states.get_many(missing) if missing else {}
        for board in missing:
            state = found.get(board)
            if state is None or not state.generations:
                state = self._founded(board, versions[board])
            if state is not None:
                known[board] = self._keep(board, state)
        return known

    def generations(self, board: str) -> Sequence[int]:
        """The numbers of the board's generations; none where it has no state."""
        known = self._known.get(board)
        state = known.state if known is not None else self._states.get_many([board]).get(board)
        return [each.number for each in state.generations] if state is not None else []

    def forget(self, boards: Iterable[str]) -> None:
        """Look at these again before anything else is folded into them."""
        for board in boards:
            self._known.pop(board, None)

    def _founded(self, board: str, version: int) -> BoardState | None:
        try:
            return self._founding.ensure(board, version)
        except UnendedError:
            return None

    def _keep(self, board: str, state: BoardState) -> Known:
        if len(self._known) >= _MOST_BOARDS:
            self._known = {}
        ordered = sorted(state.generations, key=lambda each: each.number != state.live)
        known = self._known[board] = Known(state, [rule_of(each) for each in ordered])
        return known
