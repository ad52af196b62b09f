"""Count the records of an export by part, once as they are written and again as they are read.

A part is the records of one type and one board. The last line of an export says what each part has, so a file that lost
records or got some names the part that does not add up, although every line that it has is sound.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Final, Self

from ledgerboard_history.exchange.lines import (
    BoardLine,
    CorrectionLine,
    EndLine,
    FactLine,
    HeaderLine,
    Line,
    Part,
    RejectionLine,
)

PartName = tuple[str, str | None]
"""The type of the records, and their board: None where they are about all boards."""

_WORDS: Final = {"board": "definitions", "correction": "corrections", "fact": "facts", "rejection": "rejections"}


class PartCounts:
    """How many records of each part there were so far."""

    def __init__(self) -> None:
        self._records: Counter[PartName] = Counter()

    @classmethod
    def told_by(cls, parts: tuple[Part, ...]) -> Self:
        """The counts that an end line says."""
        counts = cls()
        for part in parts:
            counts._records[part.type, part.board] += part.records
        return counts

    def add(self, line: Line) -> None:
        """Count ``line``, if it is a record."""
        name = _part_of(line)
        if name is not None:
            self._records[name] += 1

    @property
    def records(self) -> int:
        """All of them."""
        return self._records.total()

    @property
    def events(self) -> int:
        """The facts and rejections among them."""
        return sum(count for (kind, _), count in self._records.items() if kind in {"fact", "rejection"})

    def parts(self) -> tuple[Part, ...]:
        """As an end line says them, in an order of their own."""
        return tuple(Part(type=kind, board=board, records=self._records[kind, board]) for kind, board in self._names())

    def differences(self, exported: Self) -> Iterator[str]:
        """The parts that have another number of records than were ``exported``, in words."""
        for kind, board in sorted(self._records.keys() | exported._records.keys(), key=_in_order):
            found, expected = self._records[kind, board], exported._records[kind, board]
            if found != expected:
                yield f"{described(kind, board)}: {found:,} stand here, {expected:,} were exported"

    def of_other_boards(self, board: str) -> Iterator[str]:
        """The parts that are of another board than ``board``, in words."""
        for kind, other in self._names():
            if other not in {None, board}:
                yield f"{described(kind, other)}: {self._records[kind, other]:,} stand in an export of {board} alone"

    def _names(self) -> list[PartName]:
        return sorted(self._records, key=_in_order)


def described(kind: str, board: str | None) -> str:
    """A part in words."""
    return f"{_WORDS.get(kind, kind)} of {'all boards' if board is None else f'board {board}'}"


def findings(end: EndLine, counts: PartCounts, header: HeaderLine | None, unreadable: int) -> Iterator[str]:
    """What does not add up in an export that ended, in words. ``unreadable`` lines of it belong to no known part."""
    if header is not None and header.board is not None:
        yield from counts.of_other_boards(header.board)
    if end.parts is not None:
        yield from counts.differences(PartCounts.told_by(end.parts))
    found = counts.records + unreadable
    if found != end.records:
        which = "" if end.parts is not None else "; this export is too old to say which part they are of"
        yield f"records in all: {found:,} stand here, {end.records:,} were exported{which}"


def _part_of(line: Line) -> PartName | None:
    match line:
        case BoardLine(definition=definition):
            return "board", definition.board
        case CorrectionLine(correction=correction):
            return "correction", correction.board
        case FactLine(board=board):
            return "fact", board
        case RejectionLine(rejection=rejection):
            return "rejection", rejection.board
        case HeaderLine() | EndLine():
            return None


def _in_order(name: PartName) -> tuple[str, str]:
    return name[0], name[1] or ""
