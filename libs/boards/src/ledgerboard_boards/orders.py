"""What is asked of the boards when facts are folded, and what becomes of it."""

from dataclasses import dataclass
from enum import Enum
from typing import Final
from uuid import UUID

from ledgerboard_contracts import BoardOptions, FactEnvelope, Policy


@dataclass(frozen=True, slots=True)
class FoldOrder:
    """One envelope that is to be folded into one generation of its board.

    ``options`` are those of the generation. ``state_version`` is the version of the board's state by which the order
    was made. Totals are marked: ``keep_mark`` leaves a mark that no word cuts, for what no queue is to acknowledge;
    ``marked=False`` adds without one, and must not be repeated.
    """

    envelope: FactEnvelope
    options: BoardOptions
    generation: int
    state_version: int
    keep_mark: bool = False
    marked: bool = True


@dataclass(frozen=True, slots=True)
class FoldResult:
    """What folding one envelope changed.

    ``entries_changed``: entries of views that appeared or changed. ``tops_changed``: views whose top changed.
    ``views_expired``: how often a fact came too late for a date-bound view, which is then left alone.
    """

    entries_changed: int
    tops_changed: int
    views_expired: int


class Stale(Enum):
    """The board's state is no longer the one that an order was made by. Nothing was written: order by the new one."""

    STALE = "stale"


STALE: Final = Stale.STALE


@dataclass(frozen=True, slots=True)
class Mark:
    """What keeps an envelope from being added twice to the totals of one generation of its board."""

    board: str
    generation: int
    envelope_id: UUID


def mark_of(order: FoldOrder) -> Mark | None:
    """The mark that carrying out ``order`` leaves, or None where the fold forgives repeats without one."""
    if order.options.policy is not Policy.TOTAL or not order.marked:
        return None
    return Mark(order.envelope.board, order.generation, order.envelope.envelope_id)
