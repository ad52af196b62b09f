"""Health: is the process alive, and can it do its work now.

``/healthz`` says only that the process answers, so that an outage of a dependency never has it restarted. ``/readyz``
asks exactly what the service needs, within a bounded time and at most once a second however often it is called.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Final, Self

import msgspec
from prometheus_client import CollectorRegistry

from ledgerboard_infra.logs import get_logger
from ledgerboard_infra.metrics import exposition
from ledgerboard_infra.settings import OpsSettings

Check = Callable[[], None]
"""Returns when the dependency serves, raises when it does not."""

CHECK_TIMEOUT_SECONDS: Final = 3.0
CACHE_SECONDS: Final = 1.0

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Readiness:
    """``failures`` maps a check to the class of its error; an error's words may hold what must stay inside."""

    ok: bool
    failures: Mapping[str, str] = field(default_factory=dict)


def check_all(checks: Mapping[str, Check], *, timeout_seconds: float = CHECK_TIMEOUT_SECONDS) -> Readiness:
    """Run all checks at the same time. One that does not return within the timeout has failed."""
    outcomes: dict[str, str | None] = {}
    deadline = time.monotonic() + timeout_seconds
    threads = [
        threading.Thread(target=_run, args=(name, check, outcomes), name=f"check-{name}", daemon=True)
        for name, check in checks.items()
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    failures = {name: reason for name in checks if (reason := outcomes.get(name, "Timeout")) is not None}
    return Readiness(not failures, failures)


def _run(name: str, check: Check, outcomes: dict[str, str | None]) -> None:
    try:
        check()
    except Exception as error:  # noqa: BLE001 -- a check may raise anything, and all of it means: not ready.
        _log.warning("readiness check failed", check=name, error=str(error), error_type=type(error).__name__)
        outcomes[name] = type(error).__name__
    else:
        outcomes[name] = None


class Probe:
    """Readiness, asked at most once a second; whoever asks meanwhile shares the answer."""

    def __init__(self, checks: Mapping[str, Check]) -> None:
        self._checks = dict(checks)
        self._lock = threading.Lock()
        self._known: Readiness | None = None
        self._asked_at = 0.0

    @property
    def names(self) -> tuple[str, ...]:
        """What is checked."""
        return tuple(self._checks)

    def readiness(self) -> Readiness:
        """The state of a second ago at most."""
        with self._lock:
            if self._known is None or time.monotonic() - self._asked_at >= CACHE_SECONDS:
                self._known = check_all(self._checks)
                self._asked_at = time.monotonic()
            return self._known


class OpsServer:
    """Serves ``/healthz``, ``/readyz`` and ``/metrics`` from a thread until it is stopped."""

    def __init__(self, settings: OpsSettings, checks: Mapping[str, Check], registry: CollectorRegistry) -> None:
        self._settings = settings
        self._probe = Probe(checks)
        self._registry = registry
        self._server: ThreadingHTTPServer | None = None

    @property
    def port(self) -> int:
        """The port taken, which the settings may have left to the system."""
        return self._server.server_port if self._server else self._settings.port

    def start(self) -> None:
        """Bind and serve. Raises OSError where the port is taken."""
        handler = type("OpsHandler", (_Handler,), {"probe": self._probe, "registry": self._registry})
        self._server = _Server((self._settings.host, self._settings.port), handler)
        threading.Thread(target=self._server.serve_forever, args=(0.1,), name="ops", daemon=True).start()
        _log.info("ops server started", host=self._settings.host, port=self.port)

    def stop(self) -> None:
        """Stop serving and free the port."""
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class _Server(ThreadingHTTPServer):
    daemon_threads = True


class _Handler(BaseHTTPRequestHandler):
    probe: Probe
    registry: CollectorRegistry
    timeout = 5.0

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/healthz":
            self._answer(200, {"status": "alive"})
        elif path == "/readyz":
            self._answer_readiness()
        elif path == "/metrics":
            self._write(200, *exposition(self.registry))
        else:
            self._answer(404, {"status": "unknown path"})

    def _answer_readiness(self) -> None:
        readiness = self.probe.readiness()
        checks = {name: readiness.failures.get(name, "ok") for name in self.probe.names}
        status = "ready" if readiness.ok else "not ready"
        self._answer(200 if readiness.ok else 503, {"status": status, "checks": checks})

    def _answer(self, code: int, document: Mapping[str, Any]) -> None:
        self._write(code, msgspec.json.encode(document), "application/json")

    def _write(self, code: int, body: bytes, content_type: str) -> None:
        self.send_response(code)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the base class names it so.
        """Probes come every few seconds; a line for each would bury the rest."""
