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
    return _gather({name: _Run(name, check) for name, check in checks.items()}, timeout_seconds)


class Probe:
    """Readiness, asked at most once a second; whoever asks meanwhile shares the answer.

    A check that hangs is not started again beside itself, or a dependency that swallows connections would collect a
    thread for every question.
    """

    def __init__(
        self,
        checks: Mapping[str, Check],
        *,
        timeout_seconds: float = CHECK_TIMEOUT_SECONDS,
        cache_seconds: float = CACHE_SECONDS,
    ) -> None:
        self._checks = dict(checks)
        self._timeout_seconds = timeout_seconds
        self._cache_seconds = cache_seconds
        self._lock = threading.Lock()
        self._runs: dict[str, _Run] = {}
        self._known = Readiness(ok=False)
        self._known_until = 0.0

    @property
    def names(self) -> tuple[str, ...]:
        """What is checked."""
        return tuple(self._checks)

    def readiness(self) -> Readiness:
        """The state of a second ago at most."""
        with self._lock:
            if time.monotonic() >= self._known_until:
                hanging = {name: run for name, run in self._runs.items() if run.is_alive}
                self._runs = {name: hanging.get(name) or _Run(name, check) for name, check in self._checks.items()}
                self._known = _gather(self._runs, self._timeout_seconds)
                self._known_until = time.monotonic() + self._cache_seconds
            return self._known


class _Run:
    """One run of one check, in a thread of its own."""

    def __init__(self, name: str, check: Check) -> None:
        self._name = name
        self._check = check
        self._failure: str | None = None
        self._thread = threading.Thread(target=self._run, name=f"check-{name}", daemon=True)
        self._thread.start()

    @property
    def is_alive(self) -> bool:
        return self._thread.is_alive()

    def failure(self, wait_seconds: float) -> str | None:
        """Why it failed, or None if it passed within that time."""
        self._thread.join(max(0.0, wait_seconds))
        return "Timeout" if self.is_alive else self._failure

    def _run(self) -> None:
        try:
            self._check()
        except Exception as error:  # noqa: BLE001 -- a check may raise anything, and all of it means: not ready.
            self._failure = type(error).__name__
            _log.warning("readiness check failed", check=self._name, error=str(error), error_type=self._failure)


def _gather(runs: Mapping[str, _Run], timeout_seconds: float) -> Readiness:
    deadline = time.monotonic() + timeout_seconds
    outcomes = {name: run.failure(deadline - time.monotonic()) for name, run in runs.items()}
    failures = {name: reason for name, reason in outcomes.items() if reason is not None}
    return Readiness(not failures, failures)


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
