"""``ledgerboard-history reconcile [BOARD ...]``: say in words where boards differ from the ledger."""

from collections.abc import Callable, Sequence
from typing import Final, Protocol

from ledgerboard_contracts import BoardDefinition
from ledgerboard_history.proof.reconciling import Reconciled, tell_nobody
from ledgerboard_history.proof.recording import Comparer
from ledgerboard_history.proof.sampling import all_boards
from ledgerboard_history.proof.wording import lines
from ledgerboard_infra.errors import MisconfiguredError

EXIT_EQUAL: Final = 0
EXIT_DIFFERENT: Final = 1


class Definitions(Protocol):
    """The record of boards."""

    def current(self, board: str) -> BoardDefinition | None:
        """A board's definition, or None."""

    def list(self, after: str | None, limit: int) -> Sequence[BoardDefinition]:
        """Current definitions by name, from the first one after ``after``."""


class ReconcileCommand:
    """Compares the boards that were named, or all of them, and tells each as soon as it is known."""

    def __init__(self, definitions: Definitions, comparer: Comparer, say: Callable[[str], None]) -> None:
        self._definitions = definitions
        self._comparer = comparer
        self._say = say

    def run(self, names: Sequence[str]) -> int:
        """The exit code: 0 only if every entry of every board was judged and right.

        Raises `MisconfiguredError` for a name that no board has.
        """
        for name in names:
            if self._definitions.current(name) is None:
                raise MisconfiguredError(f"there is no board {name}")
        results = [self._told(board) for board in names or all_boards(self._definitions)]
        return EXIT_EQUAL if all(map(_is_proved, results)) else EXIT_DIFFERENT

    def _told(self, board: str) -> Reconciled:
        result = self._comparer.reconcile(board, tell_nobody)
        for line in lines(result):
            self._say(line)
        return result


def _is_proved(result: Reconciled) -> bool:
    return result.is_live and not result.differences and not result.unsettled
