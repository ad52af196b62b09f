"""What folding needs of the boards, of the record and of its neighbours."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from ledgerboard_boards import FoldOrder, FoldResult, Refusal
from ledgerboard_contracts import BoardDefinition


class Boards(Protocol):
    """The live boards. ``fold`` is atomic for each order. Raises `UnavailableError` when they are down."""

    def fold(self, orders: Sequence[FoldOrder], now: datetime) -> Sequence[FoldResult | Refusal]:
        """Carry out each order whose board still has the state that it was made by, unless it may be a repetition."""
        ...


class Definitions(Protocol):
    """Versions of board definitions. Raises `UnavailableError` when the record is needed and cannot be asked."""

    def version(self, board: str, version: int) -> BoardDefinition | None:
        """One version of a board, or None where there is none."""
        ...


class Touching(Protocol):
    """Notes which boards are about to be written to."""

    def touch(self, boards: Sequence[str]) -> None:
        """Note them. Never raises."""
        ...

    def confirm(self, boards: Sequence[str]) -> None:
        """They are written to. Raises `UnavailableError` where the note is too old by now."""
        ...


class CatchingUp(Protocol):
    """Brings a board's state up to what the ledger knows. Raises `UnavailableError`."""

    def catch_up(self, board: str, players: Sequence[str]) -> None:
        """Open what is opening, restate those players who are behind."""
        ...


class Restating(Protocol):
    """Draws standings from the ledger. Raises `UnendedError` where that must wait, and `UnavailableError`."""

    def restate(self, board: str, players: Iterable[str]) -> bool:
        """Draw these players. False: the board is deleted."""
        ...
