"""The outermost layer: gives every request an id, and counts, times and logs it.

It is plain WSGI around Flask, so whatever answers - a view, an error handler, Flask itself - is seen in one place.
Layers that answer without Flask, such as `HotPages`, stand between the two.
"""

import random
import re
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final

import msgspec

from ledgerboard_gateway.http.access import WRITES
from ledgerboard_gateway.http.client_addresses import ClientAddresses
from ledgerboard_gateway.http.requests import ADDRESS, CALLER, HEADERS, NO_ROUTE, NOTES, REQUEST_ID, route_of
from ledgerboard_gateway.metrics import GatewayMetrics
from ledgerboard_gateway.principals import ANONYMOUS
from ledgerboard_gateway.serving.environs import STARTED
from ledgerboard_infra.clock import Clock

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

HEADER: Final = "X-Request-ID"
LAST_ANSWER: Final = ("Connection", "close")

_SOUND: Final = re.compile(r"[A-Za-z0-9._-]{1,64}\Z")
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"})
_QUIET: Final = frozenset({"/healthz", "/readyz", "/metrics"})
_ID_BITS: Final = 128
_encode: Final = msgspec.json.Encoder().encode


class Edge:
    """Wraps a WSGI application. ``write`` takes one line of the access log.

    While ``is_draining`` each answer is the last one on its connection, so that its client turns to another replica.
    """

    def __init__(
        self,
        inner: "WSGIApplication",
        metrics: GatewayMetrics,
        clock: Clock,
        write: Callable[[str], object],
        is_draining: Callable[[], bool],
        addresses: ClientAddresses,
    ) -> None:
        self._inner = inner
        self._metrics = metrics
        self._clock = clock
        self._write = write
        self._is_draining = is_draining
        self._addresses = addresses

    def __call__(self, environ: dict[str, Any], start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one request, as WSGI has it."""
        started = environ.get(STARTED) or time.perf_counter()
        given = environ.get("HTTP_X_REQUEST_ID", "")
        request_id = environ[REQUEST_ID] = given if _SOUND.match(given) else _new_id()
        environ[ADDRESS] = self._addresses.exact(environ)
        answered, route = 0, NO_ROUTE

        def start(status: str, headers: list[tuple[str, str]], error: Any = None) -> Callable[[bytes], object]:
            nonlocal answered, route
            answered, route = int(status[:3]), route_of(environ)
            headers += [(HEADER, request_id), *environ.get(HEADERS, ())]
            if self._is_draining():
                headers.append(LAST_ANSWER)
            return start_response(status, headers, error)

        parts = self._inner(environ, start)
        try:
            body = b"".join(parts)
        finally:
            if close := getattr(parts, "close", None):
                close()
        self._tell(environ, route, answered, time.perf_counter() - started)
        return [body]

    def _tell(self, environ: dict[str, Any], route: str, status: int, seconds: float) -> None:
        method = environ["REQUEST_METHOD"]
        self._metrics.request(method if method in _METHODS else "other", route, status, seconds)
        if route not in _QUIET:
            self._write(self._line(environ, route, status, seconds))

    def _line(self, environ: dict[str, Any], route: str, status: int, seconds: float) -> str:
        facts = {
            "timestamp": self._clock.now(),
            "level": "info",
            "message": "request",
            "service": "gateway",
            "request_id": environ[REQUEST_ID],
            "method": environ["REQUEST_METHOD"],
            "route": route,
            "path": _text(environ["PATH_INFO"]),
            "status": status,
            "seconds": round(seconds, 6),
            "address": environ[ADDRESS],
            **_principal(environ),
            **environ.get(NOTES, {}),
        }
        return _encode(facts).decode() + "\n"


def _principal(environ: dict[str, Any]) -> dict[str, str]:
    """Who it was. Of a write that is always told; of a read as far as anybody asked."""
    subject = getattr(environ.get(CALLER), "subject", None)
    if subject is None and environ["REQUEST_METHOD"] in WRITES:
        subject = ANONYMOUS
    return {} if subject is None else {"principal": subject}


def _new_id() -> str:
    """Unlike the system's source of chance, Python's own keeps the interpreter to this thread. An id is no secret."""
    return f"{random.getrandbits(_ID_BITS):032x}"


def _text(path: str) -> str:
    """The path as it was meant: WSGI hands bytes over as Latin-1."""
    return path if path.isascii() else path.encode("latin-1", "replace").decode(errors="replace")
