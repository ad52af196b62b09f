"""What came out of a comparison, in words for an operator."""

from collections.abc import Sequence
from typing import assert_never

from ledgerboard_history.proof.differences import (
    Difference,
    Entry,
    EntryDifference,
    Kind,
    PrefixDifference,
    TopDifference,
)
from ledgerboard_history.proof.reconciling import Reconciled


def lines(result: Reconciled) -> Sequence[str]:
    """The result, a line a difference."""
    if not result.is_live:
        return [f"{result.board}: no live generation; it is being drawn from the ledger"]
    head = f"{result.board}: {result.views_compared} views, {len(result.differences)} differences"
    unsettled = (
        [f"{result.unsettled} entries kept changing, or messages were under way all the time: not judged"]
        if result.unsettled
        else []
    )
    return [
        "; ".join([head, *unsettled]),
        *(f"  {where.view}: {said(each)}" for where, each in sorted(result.differences.items())),
    ]


def said(difference: Difference) -> str:
    """One difference, with the player's name."""
    who = f"{difference.player!r} " if difference.player else ""
    return f"{difference.kind.value}: {who}{detail(difference)}"


def detail(difference: Difference) -> str:
    """One difference, without the name of its player."""
    match difference:
        case EntryDifference(kind=Kind.ORDER):
            return "stands in the wrong place among equal scores"
        case EntryDifference():
            expected, found = map(_entry, (difference.expected, difference.found))
            return f"has {found} on the board and {expected} by the ledger"
        case PrefixDifference():
            expected, found = map(_value, (difference.expected, difference.found))
            return f"stands right, and the next fold will not: it goes by {found} where there has to be {expected}"
        case TopDifference():
            return "the rendered top shows something else than the entries"
        case _:
            assert_never(difference)


def _entry(entry: Entry | None) -> str:
    return "nothing" if entry is None else f"{entry.score} at {entry.achieved_at.isoformat()}"


def _value(value: bytes | None) -> str:
    return "nothing" if value is None else value.hex()
