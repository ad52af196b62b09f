"""Metrics of all worker processes together.

Every process counts for itself. A scrape reaches one of them by chance, so with several processes they count in files
of one directory, and whichever is asked adds them up. prometheus_client looks for that directory when it is imported,
so the variable that names it is set before a worker process starts (see `server`).
"""

from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry
from prometheus_client.multiprocess import MultiProcessCollector

from ledgerboard_infra.metrics import exposition

DIRECTORY_VARIABLE: Final = "PROMETHEUS_MULTIPROC_DIR"


class Exposition:
    """The metrics as one scrape sees them. ``shared`` is the directory of several processes, or None for one."""

    def __init__(self, registry: CollectorRegistry, shared: Path | None) -> None:
        self._registry = registry
        self._shared = shared

    def __call__(self) -> tuple[bytes, str]:
        """The text and its content type."""
        if self._shared is None:
            return exposition(self._registry)
        together = CollectorRegistry()
        MultiProcessCollector(together, str(self._shared))  # type: ignore[no-untyped-call]
        return exposition(together)
