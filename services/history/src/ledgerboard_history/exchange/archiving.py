"""Store months that are old enough in an object store, and then take them out of the ledger.

What left the ledger counts no more, so the boards concerned are rebuilt: both or neither. Importing the object brings
it back. So the object is read again, and its parts are held against what was exported, before anything leaves.
"""

import tempfile
from collections.abc import Sequence
from itertools import chain, count
from pathlib import Path
from typing import Final, Protocol

from ledgerboard_history.exchange.exporting import ExportLedger, Written, say_nothing
from ledgerboard_history.exchange.parts import PartCounts
from ledgerboard_history.exchange.verifying import verify
from ledgerboard_infra.clock import Clock
from ledgerboard_ledger import Month

_MOST_TOLD: Final = 10


class DamagedObjectError(Exception):
    """What the object store holds is not what was exported. The month is in the ledger as before."""


class Objects(Protocol):
    """Objects by name. Raises `UnavailableError`."""

    def put(self, name: str, path: Path) -> None:
        """Store a file under ``name``."""
        ...

    def has(self, name: str) -> bool:
        """Whether there is an object ``name``."""
        ...

    def get(self, name: str, path: Path) -> None:
        """Write the object ``name`` to a file."""
        ...


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
        name = self._free_name(f"{self._prefix}month-{month.year:04}-{month.number:02}")
        with tempfile.TemporaryDirectory(prefix="ledgerboard-archive-") as directory:
            path = Path(directory) / "month.ndjson.gz"
            exported = self._export.run(None, path, say_nothing, month=month)
            self._objects.put(name, path)
            self._hold_against(name, path, exported)
        self._archives.detach(month, exported=exported.events)
        return name

    def _free_name(self, stem: str) -> str:
        """A name that no object has. What came late for a month, or was imported again, takes no archive's place."""
        names = (f"{stem}{suffix}.ndjson.gz" for suffix in chain([""], (f"-{number}" for number in count(2))))
        return next(name for name in names if not self._objects.has(name))

    def _hold_against(self, name: str, path: Path, exported: Written) -> None:
        """Raise `DamagedObjectError` unless the object ``name`` holds what was exported. Overwrites ``path``."""
        self._objects.get(name, path)
        seen = verify(path)
        wrong = seen.bad_lines + seen.not_whole
        wrong += seen.counts.differences(PartCounts.told_by(exported.parts))
        if wrong:
            raise DamagedObjectError(f"{name}: {'; '.join(wrong[:_MOST_TOLD])}")
