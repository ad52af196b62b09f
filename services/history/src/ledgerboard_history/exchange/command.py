"""``ledgerboard-history export``, ``import`` and ``verify``: say how far it is, and what is wrong with a file."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from ledgerboard_history.exchange.exporting import ExportLedger
from ledgerboard_history.exchange.importing import Imported, ImportLedger
from ledgerboard_history.exchange.reading import Findings
from ledgerboard_history.exchange.verifying import verify

EXIT_DONE: Final = 0
EXIT_NOT_WHOLE: Final = 1
_MOST_TOLD: Final = 100

Say = Callable[[str], None]


def export(use: ExportLedger, board: str | None, path: Path, say: Say) -> int:
    """Export and tell."""
    records = use.run(board, path, lambda done, of: say(f"{done:,} of {of:,} records")).records
    say(f"{records:,} records in {path}, {path.stat().st_size:,} bytes")
    return EXIT_DONE


def take_in(use: ImportLedger, path: Path, say: Say) -> int:
    """Import and tell. 1 where lines were of no use, or the file is not whole."""
    done = use.run(path, lambda read, of: say(f"{read * 100 // of} %"))
    _say_findings(done, say)
    say(f"{done.new:,} records new, {done.known:,} known, {len(done.bad):,} lines of no use")
    if done.boards:
        say(f"asked for the rebuild of {len(done.boards):,} boards")
    if not done.is_sound:
        _say_what_now(done, say)
    return EXIT_DONE if done.is_sound else EXIT_NOT_WHOLE


def look_at(path: Path, say: Say) -> int:
    """Read a file and tell what is wrong with it. 1 where something is."""
    seen = verify(path)
    _say_findings(seen, say)
    say(f"{seen.counts.records:,} records, {'whole' if seen.is_sound else 'not whole'}")
    return EXIT_DONE if seen.is_sound else EXIT_NOT_WHOLE


def _say_findings(found: Findings, say: Say) -> None:
    _say_some(found.bad_lines, "lines", say)
    _say_some(found.not_whole, "parts", say)


def _say_some(findings: list[str], of_what: str, say: Say) -> None:
    for each in findings[:_MOST_TOLD]:
        say(each)
    if len(findings) > _MOST_TOLD:
        say(f"and {len(findings) - _MOST_TOLD:,} {of_what} more")


def _say_what_now(done: Imported, say: Say) -> None:
    say(
        f"THIS FILE IS NOT WHOLE. The {done.new + done.known:,} records that it has are in the ledger, and stay there. "
        "Import a whole copy of the export: it adds what is missing, and nothing twice"
    )
