"""The port on which a worker answers its operator.

``/healthz`` says only that the process answers, so that an outage of a dependency never has it restarted. ``/readyz``
and ``/metrics`` tell the rest.
"""

import sys
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

import msgspec
from prometheus_client import CollectorRegistry

from ledgerboard_infra.health.probe import Check, Probe
from ledgerboard_infra.logs import get_logger
from ledgerboard_infra.metrics import exposition
from ledgerboard_infra.settings import OpsSettings

_log = get_logger(__name__)


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

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 -- the base class's signature.
        """Log it as everything is logged; by itself the server would print a traceback among the JSON lines."""
        error = sys.exception()
        if isinstance(error, ConnectionError | TimeoutError):
            _log.debug("ops client hung up", error=str(error))
        else:
            _log.error("ops request failed", exc_info=error)


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
