"""Read bodies, but only in some of the threads, and those of strangers and players in fewer than those of servers.

The server reads a body in the thread of its request and knows no bound of time, so as many half-sent bodies as there
are threads would stop everything. (To leave such a read after a while is no way out: granian then stops as a whole.)
With this, whoever may be anybody can at worst keep others like them from writing, and a server that stalls other
servers; reads and health go on. A proxy that buffers bodies keeps even that away.
"""

from collections.abc import Callable
from threading import BoundedSemaphore
from typing import Final

from flask import Flask, current_app

from ledgerboard_gateway.http.problems import ProblemError, ProblemType

_EXTENSION: Final = "ledgerboard.slow_bodies"


class SlowBodies:
    """So many bodies at a time, of ``strangers`` and of ``servers``. Thread-safe."""

    def __init__(self, strangers: int, servers: int) -> None:
        self._strangers, self._servers = BoundedSemaphore(max(1, strangers)), BoundedSemaphore(max(1, servers))

    def install(self, app: Flask) -> None:
        """Let the application's requests find it."""
        app.extensions[_EXTENSION] = self

    def read(self, read: Callable[[], bytes], *, trusted: bool) -> bytes:
        """What ``read`` returns. Raises the 503 problem where too many are being read."""
        seats = self._servers if trusted else self._strangers
        if not seats.acquire(blocking=False):
            raise ProblemError(ProblemType.UNAVAILABLE, "Too many bodies are on their way in.")
        try:
            return read()
        finally:
            seats.release()


def slow_bodies() -> SlowBodies:
    """Those of the current application."""
    found: SlowBodies = current_app.extensions[_EXTENSION]
    return found
