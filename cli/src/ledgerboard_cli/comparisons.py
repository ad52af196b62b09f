"""What the gateway tells of comparisons of boards with the ledger, as far as this release reads it."""

import msgspec


class FoundDifference(msgspec.Struct, frozen=True):
    """One entry on which a board and the ledger disagree."""

    board: str
    view: str
    kind: str
    detail: str
    player: str | None = None


class Reconciliation(msgspec.Struct, frozen=True):
    """A comparison of a board, or of all, with the ledger."""

    reconciliation_id: str
    state: str
    board: str | None = None
    stalled: bool = False
    proved: bool | None = None
    boards: int | None = None
    boards_compared: int = 0
    boards_unread: int = 0
    views: int = 0
    views_compared: int = 0
    suspicions: int = 0
    differences: int = 0
    unsettled: int = 0
    failure: str | None = None
    first: tuple[FoundDifference, ...] = ()

    @property
    def is_over(self) -> bool:
        """Whether it came to its end, or was given up."""
        return self.state in {"finished", "failed"}
