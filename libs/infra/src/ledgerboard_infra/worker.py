"""Run a stream until the process is told to stop.

SIGTERM and SIGINT only ask; the runtime then finishes what it has in hand within its grace period, and gives back the
rest, so that a deployment loses nothing and delays nothing.
"""

import gc
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final, Protocol

from ledgerboard_infra.health import OpsServer
from ledgerboard_infra.logs import get_logger

YOUNG_OBJECTS: Final = 50_000
"""How many new objects call for a look at the young ones. A batch makes some ten thousand, none of them garbage before
it is done: looking every 700, as Python does, took history a third of its time (measured)."""

_log = get_logger(__name__)


class Runtime(Protocol):
    """Something that runs until it is stopped."""

    def run(self) -> bool:
        """Run; returns whether everything was drained."""
        ...

    def stop(self) -> None:
        """Ask `run` to end. Must be fit for a signal handler."""
        ...


def run_worker(runtime: Runtime, ops_server: OpsServer) -> int:
    """Serve health and run, until SIGTERM or SIGINT. The exit code: 0 if all was drained in time, else 1."""

    def ask_to_stop(_signal: int, _frame: FrameType | None) -> None:
        runtime.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask_to_stop)
    with ops_server, _rare_collections():
        _log.info("worker started")
        drained = runtime.run()
        _log.info("worker stopped", drained=drained)
    return 0 if drained else 1


@contextmanager
def _rare_collections() -> Iterator[None]:
    """Collect garbage as often as suits batches, and leave alone what was made to last."""
    thresholds = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, *thresholds[1:])
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        gc.unfreeze()
