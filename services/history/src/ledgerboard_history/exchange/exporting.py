"""Write the ledger to a file: gzip of JSON lines. A file is there whole or not at all."""

import gzip
import os
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Final, Protocol

from ledgerboard_history.exchange.lines import EndLine, encode_line, header, line_of
from ledgerboard_infra.clock import Clock
from ledgerboard_ledger import Exported

_LEVEL: Final = 5
_TELL_EVERY: Final = 20_000

Tell = Callable[[int, int], None]
"""Takes how far it is and how far it has to go."""


class Export(Protocol):
    """The ledger, as `ledgerboard_ledger.LedgerExport` reads it."""

    def count(self, board: str | None) -> int:
        """How many facts there are."""
        ...

    def records(self, board: str | None) -> Generator[Exported, None, None]:
        """Everything, of one moment."""
        ...


class ExportLedger:
    """Exports one board, or all of the ledger. Safe to repeat: it only reads, and replaces the file at its end."""

    def __init__(self, export: Export, clock: Clock) -> None:
        self._export = export
        self._clock = clock

    def run(self, board: str | None, path: Path, tell: Tell) -> int:
        """Write ``path`` and return the number of its records."""
        unfinished = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            records = self._write(board, unfinished, tell)
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
        return records

    def _write(self, board: str | None, path: Path, tell: Tell) -> int:
        total, written = self._export.count(board), 0
        with gzip.open(path, "wb", compresslevel=_LEVEL) as file:
            file.write(encode_line(header(board, self._clock.now())))
            for record in self._export.records(board):
                file.write(encode_line(line_of(record)))
                written += 1
                if written % _TELL_EVERY == 0:
                    tell(written, max(total, written))
            file.write(encode_line(EndLine(records=written)))
        tell(written, written)
        return written
