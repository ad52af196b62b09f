"""Prove a few boards every hour, so that whoever watches hears of a difference before a player does."""

from collections.abc import Callable, Sequence
from typing import Protocol

from ledgerboard_contracts import BoardDefinition
from ledgerboard_history.proof.reconciling import Reconciled, Reconciliation
from ledgerboard_infra.clock import Clock
from ledgerboard_infra.logs import get_logger
from ledgerboard_ledger import Proof

_PAGE = 1_000
_MOST_LINES = 20

_log = get_logger(__name__)


class Definitions(Protocol):
    """The record of boards."""

    def list(self, after: str | None, limit: int) -> Sequence[BoardDefinition]:
        """Current definitions by name, from the first one after ``after``."""


class Proofs(Protocol):
    """The record of comparisons."""

    def note(self, proof: Proof) -> None:
        """Keep a result in place of the board's last one."""


class SampleBoards:
    """Compares some boards with the ledger. ``choose`` picks so many of a list."""

    def __init__(
        self,
        definitions: Definitions,
        reconciliation: Reconciliation,
        proofs: Proofs,
        clock: Clock,
        *,
        choose: Callable[[Sequence[str], int], Sequence[str]],
        count: int,
    ) -> None:
        self._definitions = definitions
        self._reconciliation = reconciliation
        self._proofs = proofs
        self._clock = clock
        self._choose = choose
        self._count = count

    def run(self) -> dict[str, int]:
        """The number of differences on each board that was looked at. Safe to repeat: it only looks."""
        names = all_boards(self._definitions)
        return {board: self._prove(board) for board in self._choose(names, min(self._count, len(names)))}

    def _prove(self, board: str) -> int:
        result = self._reconciliation.reconcile(board)
        if result.is_live:
            self._proofs.note(self._proof(result))
        for where, difference in list(result.differences.items())[:_MOST_LINES]:
            _log.error("board differs from the ledger", board=board, view=where.view, kind=difference.kind.value)
        return len(result.differences)

    def _proof(self, result: Reconciled) -> Proof:
        return Proof(
            board=result.board,
            reconciled_at=self._clock.now(),
            views=result.views_compared,
            differences=len(result.differences),
            unsettled=result.unsettled,
        )


def all_boards(definitions: Definitions) -> Sequence[str]:
    """The names of all boards."""
    names: list[str] = []
    while page := definitions.list(names[-1] if names else None, _PAGE):
        names += [definition.board for definition in page]
    return names
