"""Read the lines of an export. One that cannot be read, or is no sound record, harms no other."""

import gzip
import zlib
from collections.abc import Iterator
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


def lines_of(file: BinaryIO, bad: list[tuple[int, str]]) -> Iterator[tuple[int, Line]]:
    """The sound lines with their numbers; the others go to ``bad``. Of a file that is cut off, those before the cut."""
    number, ended = 0, False
    try:
        with gzip.GzipFile(fileobj=file) as text:
            for number, raw in enumerate(text, 1):
                line = _read(number, raw, bad)
                ended = isinstance(line, EndLine)
                if line is not None:
                    yield number, line
    except (EOFError, OSError, zlib.error) as error:
        bad.append((number + 1, f"the file cannot be read on: {error}"))
    else:
        if not ended:
            bad.append((number + 1, "the file is cut off: its last line is missing"))


def _read(number: int, raw: bytes, bad: list[tuple[int, str]]) -> Line | None:
    try:
        line = decode_line(raw)
        _check(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, *UNSOUND) as error:
        bad.append((number, str(error)))
        return None
    return line


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
