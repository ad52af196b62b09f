"""Let only some threads wait for bodies, so that clients who send slowly cannot take all of them.

Nothing interrupts the read of a body that does not come: the server hands it over when all of it is there, or waits.
So a client with a sound key can hold the seats, and then writes are refused; reads and health checks go on. A proxy
that buffers bodies keeps even that away.
"""

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final, Protocol

from ledgerboard_gateway.http.problems import ProblemError, ProblemType

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

_INPUT: Final = "wsgi.input"


class Body(Protocol):
    """The stream of a request's body."""

    def read(self, size: int) -> bytes:
        """Up to ``size`` bytes; none at the end."""
        ...


class Intake:
    """Wraps a WSGI application. At most ``seats`` threads wait for bodies."""

    def __init__(self, inner: "WSGIApplication", seats: int) -> None:
        self._inner = inner
        self._seats = threading.BoundedSemaphore(seats)

    def __call__(self, environ: dict[str, Any], start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one request, as WSGI has it."""
        if environ["REQUEST_METHOD"] != "GET":
            environ[_INPUT] = _SeatedBody(environ[_INPUT], self._seats)
        return self._inner(environ, start_response)


class _SeatedBody:
    """Reads where there is a seat, or raises the 503 problem."""

    def __init__(self, body: Body, seats: threading.BoundedSemaphore) -> None:
        self._body = body
        self._seats = seats

    def read(self, size: int = -1) -> bytes:
        """Up to ``size`` bytes."""
        if not self._seats.acquire(blocking=False):
            raise ProblemError(ProblemType.UNAVAILABLE, "As many bodies are on their way as this gateway waits for.")
        try:
            return self._body.read(size)
        finally:
            self._seats.release()
