"""Write the ledger to a file: gzip of JSON lines. A file is there whole or not at all."""

import gzip
import os
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from ledgerboard_history.exchange.lines import EndLine, Part, encode_line, header, line_of
from ledgerboard_history.exchange.parts import PartCounts
from ledgerboard_infra.clock import Clock
from ledgerboard_ledger import Exported, Month

_LEVEL: Final = 5
_TELL_EVERY: Final = 20_000

Tell = Callable[[int, int], None]
"""Takes how far it is and how far it has to go."""


@dataclass(frozen=True, slots=True)
class Written:
    """How many records a file has, how many of them are facts and rejections, and what each part has."""

    records: int
    events: int
    parts: tuple[Part, ...]


class Export(Protocol):
    """The ledger, as `ledgerboard_ledger.LedgerExport` reads it."""

    def count(self, board: str | None, month: Month | None = None) -> int:
        """How many facts there are."""
        ...

    def records(self, board: str | None, month: Month | None = None) -> Generator[Exported, None, None]:
        """Everything, of one moment."""
        ...


class ExportLedger:
    """Exports one board, or all of the ledger. Safe to repeat: it only reads, and replaces the file at its end."""

    def __init__(self, export: Export, clock: Clock) -> None:
        self._export = export
        self._clock = clock

    def run(self, board: str | None, path: Path, tell: Tell, *, month: Month | None = None) -> Written:
        """Write ``path``: of the events, with a ``month`` only those that were accepted in it."""
        unfinished = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            written = self._write(board, unfinished, tell, month)
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
        return written

    def _write(self, board: str | None, path: Path, tell: Tell, month: Month | None) -> Written:
        total, counts = self._export.count(board, month), PartCounts()
        with gzip.open(path, "wb", compresslevel=_LEVEL) as file:
            file.write(encode_line(header(board, self._clock.now())))
            for written, record in enumerate(self._export.records(board, month), 1):
                line = line_of(record)
                file.write(encode_line(line))
                counts.add(line)
                if written % _TELL_EVERY == 0:
                    tell(written, max(total, written))
            file.write(encode_line(EndLine(records=counts.records, parts=counts.parts())))
        tell(counts.records, counts.records)
        return Written(counts.records, counts.events, counts.parts())


def say_nothing(_done: int, _of: int) -> None:
    """Nobody watches a scheduled export."""
