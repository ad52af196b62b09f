"""Compare two ordered lists of entries, the one that the ledger gives and the one that the boards hold.

Both ascend by the same total order, so one pass over the two finds every difference and keeps nothing else.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What is wrong with an entry. Doubles as the ``kind`` label of ``history_reconcile_differences_total``."""

    MISSING = "missing"
    EXTRA = "extra"
    SCORE = "score"
    ORDER = "order"
    """The score is right, and what tells it from equal ones is not."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: what it says, where it stands (sort key and member), and by what it is known (``entry_id``)."""

    player: str
    score: int
    achieved_at: datetime
    place: tuple[float, bytes]
    entry_id: bytes


@dataclass(frozen=True, slots=True)
class Difference:
    """One entry on which the two disagree: ``expected`` by the ledger, ``found`` in the boards."""

    expected: Entry | None
    found: Entry | None

    @property
    def player(self) -> str:
        """Whose entry it is."""
        entry = self.expected or self.found
        return "" if entry is None else entry.player

    @property
    def kind(self) -> Kind:
        """What is wrong."""
        if self.found is None:
            return Kind.MISSING
        if self.expected is None:
            return Kind.EXTRA
        return Kind.ORDER if self.expected.score == self.found.score else Kind.SCORE


def differences(expected: Iterator[Entry], found: Iterator[Entry]) -> Mapping[bytes, Difference]:
    """What is not the same in both, by entry id."""
    missing: dict[bytes, Entry] = {}
    extra: dict[bytes, Entry] = {}
    ours, theirs = next(expected, None), next(found, None)
    while ours is not None or theirs is not None:
        if theirs is None or (ours is not None and ours.place < theirs.place):
            if ours is not None:
                missing[ours.entry_id] = ours
            ours = next(expected, None)
        elif ours is None or theirs.place < ours.place:
            extra[theirs.entry_id] = theirs
            theirs = next(found, None)
        else:
            ours, theirs = next(expected, None), next(found, None)
    return {known: Difference(missing.get(known), extra.get(known)) for known in missing | extra}
