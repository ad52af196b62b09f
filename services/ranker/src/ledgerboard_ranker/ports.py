"""What folding needs of the boards, of the record and of its neighbours."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from ledgerboard_boards import FoldOrder, FoldResult, Mark, Stale
from ledgerboard_contracts import BoardDefinition
from ledgerboard_ranker.arrivals import Arrival


class Boards(Protocol):
    """The live boards. ``fold`` is atomic for each order. Raises `UnavailableError` when they are down."""

    def fold(self, orders: Sequence[FoldOrder], now: datetime) -> Sequence[FoldResult | Stale]:
        """Carry out each order whose board still has the state that it was made by."""
        ...

    def acknowledged(self, marks: Sequence[Mark]) -> None:
        """The messages that left the marks are deleted."""
        ...

    def settled(self, marks: Sequence[Mark]) -> None:
        """What the messages were made of is deleted. A mark that was told both goes soon."""
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


class Settling(Protocol):
    """Settles what copies may have added already. Raises `UnendedError` and `UnavailableError`."""

    def settle(self, arrivals: Sequence[Arrival], now: datetime) -> None:
        """Leave nothing in doubt of them."""
        ...
