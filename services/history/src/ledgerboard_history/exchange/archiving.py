"""Store months that are old enough in an object store, and then take them out of the ledger.

What left the ledger counts no more, so the boards concerned are rebuilt: both or neither. Importing the object brings
it back.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from ledgerboard_history.exchange.exporting import ExportLedger, say_nothing
from ledgerboard_history.exchange.shipping import Objects
from ledgerboard_infra.clock import Clock
from ledgerboard_ledger import Month


class Archives(Protocol):
    """As `ledgerboard_ledger.Archives`. ``detach`` changes nothing unless all rows of the month were exported."""

    def months_before(self, month: Month) -> Sequence[Month]:
        """Older months, the oldest first."""
        ...

    def detach(self, month: Month, *, exported: int) -> Sequence[str]:
        """Take a month out, and ask for the rebuilds of the boards that lose plays, or change nothing."""
        ...


class ArchiveMonths:
    """Archives every month that is older than ``keep_months`` whole ones. Safe to repeat, and to run twice at once."""

    def __init__(
        self,
        export: ExportLedger,
        archives: Archives,
        objects: Objects,
        clock: Clock,
        *,
        keep_months: int,
        prefix: str,
    ) -> None:
        self._export = export
        self._archives = archives
        self._objects = objects
        self._clock = clock
        self._keep_months = keep_months
        self._prefix = prefix

    def run(self) -> list[str]:
        """The names of the objects that hold what left the ledger."""
        return [self._archive(month) for month in self._archives.months_before(self._oldest_kept())]

    def _oldest_kept(self) -> Month:
        month = Month.containing(self._clock.now())
        number = month.year * 12 + month.number - 1 - self._keep_months
        return Month(number // 12, number % 12 + 1)

    def _archive(self, month: Month) -> str:
        name = f"{self._prefix}month-{month.year:04}-{month.number:02}.ndjson.gz"
        with tempfile.TemporaryDirectory(prefix="ledgerboard-archive-") as directory:
            path = Path(directory) / "month.ndjson.gz"
            exported = self._export.run(None, path, say_nothing, month=month)
            self._objects.put(name, path)
        self._archives.detach(month, exported=exported.events)
        return name
