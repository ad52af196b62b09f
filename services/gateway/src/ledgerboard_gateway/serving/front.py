"""The ASGI application that the server calls: it lets requests in, and a WSGI application answer them in threads.

What a client can draw out - its body, its place in a line - is waited for by the event loop, where a thousand waits
cost no thread. What is at work has a thread, and plain synchronous code.
"""

import time
from collections.abc import Awaitable, Callable, MutableMapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from ledgerboard_gateway.serving.connections import Connections
from ledgerboard_gateway.serving.environs import REFUSAL, STARTED, Refusal, environ_of
from ledgerboard_gateway.serving.incoming import IncomingBodies, Receive
from ledgerboard_gateway.serving.lanes import Lanes, NoPlaceError, Places
from ledgerboard_gateway.serving.workers import Workers

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = list[tuple[str, str]]

LAST_ANSWER: Final = ("Connection", "close")
_HEALTH: Final = frozenset({"/healthz", "/readyz", "/metrics"})
_HEALTH_THREADS: Final = 2


class Front:
    """Wraps a WSGI application, which is ``inner``."""

    def __init__(self, inner: "WSGIApplication", places: Places, connections: Connections) -> None:
        self.inner = inner
        self._lanes = Lanes(places)
        self._bodies = IncomingBodies(places.bodies, places.body_seconds)
        self._connections = connections
        self._workers = Workers(places.threads, "request")
        self._health_workers = Workers(_HEALTH_THREADS, "health")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, as ASGI has it."""
        peer, is_last = self._connections.begin(scope["client"]), False
        try:
            status, headers, body = await self._answer(scope, receive)
            is_last = LAST_ANSWER in headers
            raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
            await send({"type": "http.response.start", "status": status, "headers": raw})
            await send({"type": "http.response.body", "body": body})
        finally:
            self._connections.end(peer, is_last=is_last)

    def close(self) -> None:
        """Take up nothing more."""
        self._workers.close()
        self._health_workers.close()

    async def _answer(self, scope: Scope, receive: Receive) -> tuple[int, Headers, bytes]:
        environ = environ_of(scope)
        environ[STARTED] = time.perf_counter()
        body = environ["wsgi.input"] = self._bodies.of(receive, environ)
        if body.is_small and not body.is_complete:
            await self._bodies.fill(body)
        status, headers, answer = await self._work(environ, is_large=not body.is_small)
        if not body.is_complete:
            await body.drop()
        if not body.is_complete and LAST_ANSWER not in headers:
            headers.append(LAST_ANSWER)  # What is left of the body would be taken for the next request.
        return status, headers, answer

    async def _work(self, environ: dict[str, Any], *, is_large: bool) -> tuple[int, Headers, bytes]:
        if environ["PATH_INFO"] in _HEALTH:
            return await self._health_workers.run(partial(self._call, environ))
        try:
            place = await self._lanes.enter(environ, is_large=is_large)
        except NoPlaceError:
            environ[REFUSAL] = Refusal.OVERLOADED
            return self._call(environ)  # A refusal asks nobody.
        try:
            return await self._workers.run(partial(self._call, environ))
        finally:
            place.leave()

    def _call(self, environ: dict[str, Any]) -> tuple[int, Headers, bytes]:
        answered: list[Any] = []

        def start(status: str, headers: Headers, _error: Any = None) -> Callable[[bytes], object]:
            answered[:] = int(status[:3]), headers
            return _refuse_to_write

        parts = self.inner(environ, start)
        try:
            body = b"".join(parts)
        finally:
            if close := getattr(parts, "close", None):
                close()
        status, headers = answered
        return status, headers, body


def _refuse_to_write(_data: bytes) -> object:
    raise NotImplementedError("nothing here answers by write()")
