"""Run a stream until the process is told to stop.

SIGTERM and SIGINT only ask; the runtime then finishes what it has in hand within its grace period, and gives back the
rest, so that a deployment loses nothing and delays nothing.
"""

import signal
from types import FrameType
from typing import Protocol

from ledgerboard_infra.garbage import rare_collections
from ledgerboard_infra.health import OpsServer
from ledgerboard_infra.logs import get_logger

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
    with ops_server, rare_collections():
        _log.info("worker started")
        drained = runtime.run()
        _log.info("worker stopped", drained=drained)
    return 0 if drained else 1
