"""Run the rebuilder until it is told to stop: one thread watches, the other rebuilds.

Nothing that fails is given up. What a store's outage interrupts is tried again when it is over; what a defect
interrupts, when its lease has lapsed, so that it keeps no other board waiting.
"""

import threading
import time
from collections.abc import Callable
from typing import Final, Protocol

from ledgerboard_infra.backoff import Backoff
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.logs import get_logger
from ledgerboard_ranker.rebuilder.metrics import RebuilderMetrics
from ledgerboard_ranker.rebuilder.rebuilding import Outcome
from ledgerboard_ranker.settings import RebuildSettings

_BACKOFF: Final = Backoff(base_seconds=0.2, max_seconds=5.0)
_FAILED: Final = "failed"

_log = get_logger(__name__)


class Rebuilding(Protocol):
    """Carries out rebuilds."""

    def rebuild_next(self, is_stopping: Callable[[], bool]) -> Outcome | None:
        """Take the next one as far as it goes. None: there is nothing to do."""
        ...


class Watching(Protocol):
    """Watches over Redis."""

    def look(self) -> None:
        """Look at every primary, and heal."""
        ...

    def renew_lost(self) -> int:
        """Look for every board's state."""
        ...


class RebuilderRuntime:
    """What `run_worker` runs. `stop` is fit for a signal handler: a page in hand is finished, the row given back."""

    def __init__(
        self, rebuilder: Rebuilding, watcher: Watching, settings: RebuildSettings, metrics: RebuilderMetrics
    ) -> None:
        self._rebuilder = rebuilder
        self._watcher = watcher
        self._settings = settings
        self._metrics = metrics
        self._stopping = threading.Event()

    def run(self) -> bool:
        """Watch and rebuild. Returns whether both ended in time after `stop`."""
        watching = threading.Thread(target=self._watch, name="watcher", daemon=True)
        rebuilding = threading.Thread(target=self._rebuild, name="rebuilder", daemon=True)
        watching.start()
        rebuilding.start()
        self._stopping.wait()
        deadline = time.monotonic() + self._settings.grace_seconds
        for thread in (watching, rebuilding):
            thread.join(max(0.0, deadline - time.monotonic()))
        return not watching.is_alive() and not rebuilding.is_alive()

    def stop(self) -> None:
        """Ask `run` to end."""
        self._stopping.set()

    def _watch(self) -> None:
        looks_left = failures = 0
        while not self._stopping.is_set():
            try:
                self._watcher.look()
                if looks_left <= 0:
                    self._watcher.renew_lost()
                    looks_left = self._settings.looks_a_check
                looks_left, failures = looks_left - 1, 0
                self._stopping.wait(self._settings.look_seconds)
            except Exception as error:  # noqa: BLE001 -- the boundary: a defect must not end the watch.
                failures += 1
                self._put_off("watch", error, failures)

    def _rebuild(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            try:
                if self._rebuilder.rebuild_next(self._stopping.is_set) is None:
                    self._stopping.wait(self._settings.poll_seconds)
                failures = 0
            except Exception as error:  # noqa: BLE001 -- the boundary: a defect in one board must not stop the others.
                failures += 1
                self._metrics.rebuilds.labels(_FAILED).inc()
                self._put_off("rebuild", error, failures)

    def _put_off(self, what: str, error: Exception, failures: int) -> None:
        if isinstance(error, UnavailableError):
            _log.warning("put off", what=what, error=str(error))
        else:
            _log.error("failed", what=what, exc_info=error)
        self._stopping.wait(_BACKOFF.delay_seconds(failures))
