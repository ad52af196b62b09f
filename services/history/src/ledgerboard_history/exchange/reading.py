"""Read the lines of an export. One that cannot be read, or is no sound record, harms no other.

A file may hold several exports, one behind another, as `cat` makes of them. Each begins with a header and ends with a
line that says what stands between: whatever does not add up is told, part by part, once the last line was read.
"""

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

import msgspec

from ledgerboard_contracts import UNSOUND, check_board, check_correction, check_play
from ledgerboard_history.exchange.lines import (
    BoardLine,
    CorrectionLine,
    EndLine,
    FactLine,
    HeaderLine,
    Line,
    RejectionLine,
    decode_line,
)
from ledgerboard_history.exchange.parts import PartCounts, findings


@dataclass
class Findings:
    """What is wrong with a file: ``bad`` lines by number from 1, and why; and the parts that are not ``whole``."""

    bad: list[tuple[int, str]] = field(default_factory=list)
    not_whole: list[str] = field(default_factory=list)

    @property
    def bad_lines(self) -> list[str]:
        """The bad lines in words, in their order."""
        return [f"line {number}: {reason}" for number, reason in sorted(self.bad)]

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.bad and not self.not_whole


@dataclass
class _Section:
    """One export of the file, as far as it was read."""

    header: HeaderLine | None
    begins: int
    counts: PartCounts = field(default_factory=PartCounts)
    unreadable: int = 0


class ExportReader:
    """Reads one file, once."""

    def __init__(self, file: BinaryIO, findings: Findings) -> None:
        self._file = file
        self._findings = findings
        self._section: _Section | None = None
        self._number = 0

    def lines(self) -> Iterator[tuple[int, Line]]:
        """The sound lines with their numbers; the others are found bad. Of a file that is cut off, the first ones."""
        ended = False
        try:
            with gzip.GzipFile(fileobj=self._file) as text:
                for self._number, raw in enumerate(text, 1):
                    line = self._read(raw)
                    ended = isinstance(line, EndLine)
                    if line is not None:
                        yield self._number, line
        except (EOFError, OSError, zlib.error) as error:
            self._found_bad(f"the file cannot be read on: {error}", self._number + 1)
        else:
            if not ended:
                self._found_bad("the file is cut off: its last line is missing", self._number + 1)

    def _read(self, raw: bytes) -> Line | None:
        """The line, if it is sound. It counts for its part also if it is not, as long as it says of which it is."""
        try:
            line = decode_line(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            self._open().unreadable += 1
            self._found_bad(str(error))
            return None
        self._count(line)
        try:
            _check(line)
        except (UnicodeDecodeError, RecursionError, *UNSOUND) as error:
            self._found_bad(str(error))
            return None
        return line

    def _count(self, line: Line) -> None:
        match line:
            case HeaderLine():
                if self._section is not None:
                    self._found_bad(f"an export begins here, and that of line {self._section.begins:,} has not ended")
                self._section = _Section(line, self._number)
            case EndLine():
                self._close(line)
            case _:
                if self._section is None:
                    self._found_bad("a record stands here, and no header before it")
                self._open().counts.add(line)

    def _open(self) -> _Section:
        if self._section is None:
            self._section = _Section(None, self._number)
        return self._section

    def _close(self, end: EndLine) -> None:
        section = self._open()
        where = f"the export of lines {section.begins:,} to {self._number:,}"
        told = findings(end, section.counts, section.header, section.unreadable)
        self._findings.not_whole += [f"{where}: {each}" for each in told]
        self._section = None

    def _found_bad(self, reason: str, number: int | None = None) -> None:
        self._findings.bad.append((self._number if number is None else number, reason))


def _check(line: Line) -> None:
    match line:
        case FactLine(board=board, fact=fact):
            check_board(board)
            check_play(fact)
        case BoardLine(definition=definition):
            check_board(definition.board)
        case CorrectionLine(correction=correction):
            check_correction(correction)
        case RejectionLine(rejection=rejection):
            check_board(rejection.board)
        case HeaderLine() | EndLine():
            pass
