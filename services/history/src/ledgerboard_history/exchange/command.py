"""``ledgerboard-history export`` and ``import``: say how far it is, and what was of no use."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from ledgerboard_history.exchange.exporting import ExportLedger
from ledgerboard_history.exchange.importing import ImportLedger

EXIT_DONE: Final = 0
EXIT_BAD_LINES: Final = 1
_MOST_BAD: Final = 100

Say = Callable[[str], None]


def export(use: ExportLedger, board: str | None, path: Path, say: Say) -> int:
    """Export and tell."""
    records = use.run(board, path, lambda done, of: say(f"{done:,} of {of:,} records")).records
    say(f"{records:,} records in {path}, {path.stat().st_size:,} bytes")
    return EXIT_DONE


def take_in(use: ImportLedger, path: Path, say: Say) -> int:
    """Import and tell. 1 where lines were of no use."""
    done = use.run(path, lambda read, of: say(f"{read * 100 // of} %"))
    for number, reason in sorted(done.bad)[:_MOST_BAD]:
        say(f"line {number}: {reason}")
    if len(done.bad) > _MOST_BAD:
        say(f"and {len(done.bad) - _MOST_BAD:,} lines more")
    say(f"{done.new:,} records new, {done.known:,} known, {len(done.bad):,} lines of no use")
    if done.boards:
        say(f"asked for the rebuild of {len(done.boards):,} boards")
    return EXIT_BAD_LINES if done.bad else EXIT_DONE
