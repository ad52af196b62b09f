"""Compare a board and keep what came out, whoever asked: the hourly sample, the command, or an operator by HTTP."""

from typing import Protocol

from ledgerboard_history.proof.reconciling import Reconciled, Tell
from ledgerboard_infra.clock import Clock
from ledgerboard_infra.logs import get_logger
from ledgerboard_ledger import Proof

_MOST_LINES = 20

_log = get_logger(__name__)


class Comparer(Protocol):
    """What compares, as `reconciling.Reconciliation` does."""

    def reconcile(self, board: str, tell: Tell) -> Reconciled:
        """Compare every view of ``board``."""
        ...


class Proofs(Protocol):
    """The record of comparisons."""

    def note(self, proof: Proof) -> None:
        """Keep a result in place of the board's last one."""


class RecordedReconciliation:
    """Compares, keeps the result in place of the board's last one, and logs the first differences.

    Safe to repeat: it only looks. A board that nobody can read keeps its last result.
    """

    def __init__(self, comparer: Comparer, proofs: Proofs, clock: Clock) -> None:
        self._comparer = comparer
        self._proofs = proofs
        self._clock = clock

    def reconcile(self, board: str, tell: Tell) -> Reconciled:
        """What came out."""
        result = self._comparer.reconcile(board, tell)
        if result.is_live:
            self._proofs.note(self._proof(result))
        for where, difference in list(result.differences.items())[:_MOST_LINES]:
            _log.error("board differs from the ledger", board=board, view=where.view, kind=difference.kind.value)
        return result

    def _proof(self, result: Reconciled) -> Proof:
        return Proof(
            board=result.board,
            reconciled_at=self._clock.now(),
            views=result.views_compared,
            differences=len(result.differences),
            unsettled=result.unsettled,
        )
