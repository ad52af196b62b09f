"""Compare two ordered lists of entries, the one that the ledger gives and the one that the boards hold.

Both ascend by the same total order, so one pass over the two finds every difference and keeps nothing else.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What is wrong. Logged with each difference, and told with it."""

    MISSING = "missing"
    EXTRA = "extra"
    SCORE = "score"
    ORDER = "order"
    """The score is right, and what tells it from equal ones is not."""
    PREFIX = "prefix"
    """What the hash holds of a player, by which the next fold goes."""
    TOP = "top"
    """The rendered top shows something else than the entries."""


class Part(StrEnum):
    """Where in a view a difference is."""

    ENTRY = "entry"
    PREFIX = "prefix"
    TOP = "top"


class Where(NamedTuple):
    """A view by its id, a part of it, and there an entry by its own id or a player."""

    view: str
    part: Part
    known: bytes


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: what it says, where it stands (sort key and member), and by what it is known (``entry_id``).

    ``value``: what the hash beside the set has to hold, where this is the player's first entry. Said by the ledger
    alone.
    """

    player: str
    score: int
    achieved_at: datetime
    place: tuple[float, bytes]
    entry_id: bytes
    value: bytes = field(default=b"", compare=False)


@dataclass(frozen=True, slots=True)
class EntryDifference:
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


@dataclass(frozen=True, slots=True)
class PrefixDifference:
    """What the hash beside a view has to hold of ``player`` by the ledger, and what it holds. None: nothing."""

    player: str
    expected: bytes | None
    found: bytes | None

    @property
    def kind(self) -> Kind:
        """What is wrong."""
        return Kind.PREFIX


@dataclass(frozen=True, slots=True)
class TopDifference:
    """A rendered top that does not show the first entries of its view. ``player`` is nobody in particular."""

    player: str = ""

    @property
    def kind(self) -> Kind:
        """What is wrong."""
        return Kind.TOP


Difference = EntryDifference | PrefixDifference | TopDifference


def differences(expected: Iterator[Entry], found: Iterator[Entry]) -> Mapping[bytes, EntryDifference]:
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
    return {known: EntryDifference(missing.get(known), extra.get(known)) for known in missing | extra}
