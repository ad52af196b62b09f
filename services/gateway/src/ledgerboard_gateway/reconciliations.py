"""Ask that boards be compared with the ledger, and tell how far that is.

A comparison is a row in the ledger that a worker of history will find, so asking for it is durable once it is answered.
Asking again while nobody began it asks for nothing more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from ledgerboard_contracts import BoardDefinition
from ledgerboard_gateway.views import UnknownBoardError
from ledgerboard_ledger.reconciliation_records import AskedReconciliation, FoundDifference


class AskedReconciliations(Protocol):
    """The record of comparisons. Raises `UnavailableError` when it is down."""

    def request(self, board: str | None) -> AskedReconciliation:
        """Ask for a comparison. One that nobody began yet is returned."""
        ...

    def get(self, reconciliation_id: UUID) -> AskedReconciliation | None:
        """One comparison, or None."""
        ...

    def differences(self, reconciliation_id: UUID) -> Sequence[FoundDifference]:
        """The first differences that it found."""
        ...


class Definitions(Protocol):
    """The record of boards. Raises `UnavailableError` when it is down."""

    def current(self, board: str) -> BoardDefinition | None:
        """The current definition, or None where there is no such board."""
        ...


@dataclass(frozen=True, slots=True)
class ToldReconciliation:
    """A comparison, and the first differences that it found."""

    asked: AskedReconciliation
    first: Sequence[FoundDifference]


class Reconciliations:
    """The way to a comparison. Everything raises `UnavailableError` when the record is down."""

    def __init__(self, record: AskedReconciliations, definitions: Definitions) -> None:
        self._record = record
        self._definitions = definitions

    def request(self, board: str | None) -> ToldReconciliation:
        """Ask for that of a board, or of all. Raises `UnknownBoardError` where there is none of that name."""
        if board is not None and self._definitions.current(board) is None:
            raise UnknownBoardError(board)
        return ToldReconciliation(self._record.request(board), ())

    def find(self, reconciliation_id: UUID) -> ToldReconciliation | None:
        """One comparison, or None."""
        asked = self._record.get(reconciliation_id)
        return None if asked is None else ToldReconciliation(asked, self._record.differences(reconciliation_id))
