"""Serve the gateway: granian with its worker processes, and a stop that nobody notices.

On SIGTERM the gateway first serves on for the drain time with ``/readyz`` at 503, so that a balancer looks elsewhere
before anything is refused; then it takes no new connection, finishes the requests in hand, and ends.
"""

import multiprocessing
import os
import resource
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from multiprocessing.synchronize import Event
from multiprocessing.util import Finalize
from pathlib import Path
from typing import TYPE_CHECKING, Final

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.mp import MPServer

from ledgerboard_gateway.exposition import DIRECTORY_VARIABLE
from ledgerboard_gateway.settings import GatewaySettings
from ledgerboard_infra.errors import MisconfiguredError, UnavailableError
from ledgerboard_infra.garbage import collect_rarely
from ledgerboard_infra.logs import configure_logs, get_logger

if TYPE_CHECKING:
    from ledgerboard_gateway.access_settings import AccessSettings
    from ledgerboard_gateway.serving.front import Front

SERVICE: Final = "gateway"

_GRANIAN_LOGS: Final = {"loggers": {"_granian": {"handlers": [], "level": "WARNING", "propagate": True}}}

_HEAD_BYTES: Final = 64 * 1024
"""How much the server reads ahead on one connection, and so how large the head of a request may be."""

_SPARE_FILES: Final = 256
"""Open files that the stores, logs and libraries need besides connections."""

_log = get_logger(__name__)


class _Server(MPServer):
    """granian, which serves on for a while after it was told to stop."""

    def __init__(self, settings: GatewaySettings, draining: Event) -> None:
        super().__init__(
            "ledgerboard_gateway",
            address=settings.http.host,
            port=settings.http.port,
            interface=Interfaces.ASGINL,
            http=HTTPModes.http1,
            websockets=False,
            workers=settings.http.processes,
            backpressure=settings.http.backpressure,
            http1_settings=HTTP1Settings(
                header_read_timeout=round(max(settings.http.idle_seconds, settings.http.header_seconds) * 1000),
                max_buffer_size=_HEAD_BYTES,
            ),
            workers_kill_timeout=max(1, round(settings.http.grace_seconds)),
            log_dictconfig=_GRANIAN_LOGS,
        )
        self._drain_seconds = settings.http.drain_seconds
        self._draining = draining

    def shutdown(self, exit_code: int = 0) -> None:
        """Drain, then stop the worker processes."""
        self._draining.set()
        if self.interrupt_signal and self._drain_seconds:
            _log.info("draining", seconds=self._drain_seconds)
            time.sleep(self._drain_seconds)
        super().shutdown(exit_code)  # type: ignore[no-untyped-call]  # granian leaves it untyped.


def serve(settings: GatewaySettings) -> None:
    """Serve until SIGTERM or SIGINT. Raises SystemExit where a worker process ended by itself."""
    multiprocessing.set_start_method("spawn", force=True)
    draining = multiprocessing.Event()
    warn_of_write_key(settings.access)
    with _shared_metrics(settings.http.processes) as shared:
        server = _Server(settings, draining)
        _log.info("gateway starting", host=settings.http.host, port=settings.http.port)
        server.serve(target_loader=partial(load, settings, draining, shared), wrap_loader=False)
    _log.info("gateway stopped")


def warn_of_write_key(settings: "AccessSettings") -> None:
    """Say that the write key is set: it belongs to nobody and does not end, so it should go once keys are made."""
    if settings.has_root_key:
        _log.warning("the write key is set: make an admin key with it, and take it away")


def load(settings: GatewaySettings, draining: Event, shared: Path | None) -> "Front":
    """Build the application inside a worker process, and close it when that process ends.

    Only there is it imported: the parent, which just watches its workers, would carry half of their memory for nothing.
    """
    from ledgerboard_gateway.bootstrap import build  # noqa: PLC0415 -- see above.
    from ledgerboard_gateway.process import Surroundings  # noqa: PLC0415 -- likewise.

    configure_logs(settings.telemetry, SERVICE)
    _end_with_parent()
    _allow_files(settings.http.backpressure + _SPARE_FILES)
    try:
        gateway = build(settings, Surroundings(is_draining=draining.is_set, shared_metrics=shared))
    except (UnavailableError, MisconfiguredError) as error:
        _log.critical("gateway not started", error=str(error))
        raise SystemExit(1) from error
    Finalize(None, gateway.close, exitpriority=1)
    collect_rarely()
    return gateway.app


@contextmanager
def _shared_metrics(processes: int) -> Iterator[Path | None]:
    """A directory in which several worker processes count together; their environment tells them of it."""
    if processes == 1:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="ledgerboard-metrics-") as directory:
        os.environ[DIRECTORY_VARIABLE] = directory
        yield Path(directory)


def _allow_files(wanted: int) -> None:
    """Let this process open that many files, since each connection is one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    if allowed < wanted:
        _log.warning("fewer connections than set: too few open files are allowed", wanted=wanted, allowed=allowed)


def _end_with_parent() -> None:
    """Without its parent a worker process would hold the port with nobody left to stop it."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_follow, args=(parent,), name="parent", daemon=True).start()


def _follow(parent: "multiprocessing.process.BaseProcess") -> None:
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)
