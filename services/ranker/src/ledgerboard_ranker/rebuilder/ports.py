"""What rebuilding needs of the boards and of the record. All of it raises `UnavailableError` where a store is down."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from ledgerboard_boards import BoardState, FoldOrder, FoldResult, GenerationState, Refusal
from ledgerboard_contracts import BoardDefinition
from ledgerboard_ledger import Generation, ReplayPage


class Generations(Protocol):
    """The rows of generations. Each step is safe to repeat and to race."""

    def claim(self, owner: str, lease_seconds: float) -> Generation | None:
        """A rebuild that nobody has, or whose owner was not heard of in time."""
        ...

    def progress(
        self,
        board: str,
        number: int,
        owner: str,
        *,
        cursor: UUID | None,
        facts_folded: int,
        lease_seconds: float,
        facts_total: int | None = None,
    ) -> bool:
        """Note how far it is and renew the lease. False: the lease is lost."""
        ...

    def release(self, board: str, number: int, owner: str) -> None:
        """Give it back, for another to go on with at once."""
        ...

    def finish(self, board: str, number: int) -> Generation:
        """Readers see it; the one before is dropped. Raises `UnknownGenerationError`."""
        ...

    def abandon(self, board: str, number: int) -> None:
        """Drop one that never was live."""
        ...

    def request(self, board: str, *, board_version: int | None, reason: str, author: str) -> Generation:
        """Ask for a rebuild. One that nobody began yet serves."""
        ...

    def list(self, board: str | None = None) -> Sequence[Generation]:
        """Those of one board or of all, the last requested first."""
        ...

    def begun(self, requested_before: datetime | None = None) -> Sequence[str]:
        """Boards of which a generation is opening or being built, and was requested before a moment."""
        ...

    def boards_live(self, after: str | None, limit: int, requested_before: datetime | None = None) -> Sequence[str]:
        """Boards that have a live generation by the record, by name; or those of them without a later request."""
        ...


class States(Protocol):
    """What is true of each board in Redis."""

    def get(self, board: str) -> BoardState | None:
        """The state, or None where there is none."""
        ...

    def get_many(self, boards: Sequence[str]) -> Mapping[str, BoardState]:
        """The states of those of ``boards`` that have one."""
        ...

    def replace(
        self, board: str, expected_version: int, *, live: int | None, generations: Sequence[GenerationState]
    ) -> bool:
        """Change the state, or False where its version is another one."""
        ...


class Boards(Protocol):
    """The boards as they are written."""

    def fold(self, orders: Sequence[FoldOrder], now: datetime) -> Sequence[FoldResult | Refusal]:
        """Carry out each order whose state is still true."""
        ...

    def drop(self, board: str, generation: int, limit: int) -> bool:
        """Delete some views of a generation that no state names. True: nothing is left."""
        ...


class Openings(Protocol):
    """Puts generations into states."""

    def open(self, board: str, number: int) -> BoardState:
        """Let live facts go to a generation. Raises `UnknownGenerationError`."""
        ...


class Definitions(Protocol):
    """Versions of board definitions."""

    def version(self, board: str, version: int) -> BoardDefinition | None:
        """One version of a board, or None where there is none."""
        ...


class Ledger(Protocol):
    """The facts of a board as a snapshot of the ledger holds them."""

    def page(self, board: str, snapshot: str, after: UUID | None, limit: int) -> ReplayPage:
        """The first ``limit`` facts recorded after an event id, without those that do not count now."""
        ...

    def count(self, board: str, snapshot: str) -> int:
        """How many facts the pages of a board are cut from."""
        ...


class Touches(Protocol):
    """Which boards were written to lately."""

    def note(self, boards: Iterable[str]) -> None:
        """These boards are being written to."""
        ...

    def since(self, at: datetime, requested_before: datetime) -> Sequence[str]:
        """Those that were written to at ``at`` or afterwards and of which no generation was requested since."""
        ...

    def played(self, since: datetime, requested_before: datetime) -> Sequence[str]:
        """Those with facts accepted since, of which no generation was requested since."""
        ...
