"""Export the ledger to an object store when it is due.

The object's name is the day, so that a job that runs twice writes the same object twice.
"""

import tempfile
from pathlib import Path
from typing import Protocol

from ledgerboard_history.exchange.exporting import ExportLedger, say_nothing
from ledgerboard_infra.clock import Clock


class Objects(Protocol):
    """Objects by name. Raises `UnavailableError`."""

    def put(self, name: str, path: Path) -> None:
        """Store a file under ``name``."""
        ...


class ShipExport:
    """Exports the whole ledger to an object a day. Safe to repeat."""

    def __init__(self, export: ExportLedger, objects: Objects, clock: Clock, *, prefix: str) -> None:
        self._export = export
        self._objects = objects
        self._clock = clock
        self._prefix = prefix

    def run(self) -> str:
        """The name of the object."""
        name = f"{self._prefix}ledger-{self._clock.now():%Y-%m-%d}.ndjson.gz"
        with tempfile.TemporaryDirectory(prefix="ledgerboard-export-") as directory:
            path = Path(directory) / "ledger.ndjson.gz"
            self._export.run(None, path, say_nothing)
            self._objects.put(name, path)
        return name
