"""Read large bodies in some of the threads only, and those of players in fewer than those of servers.

Small bodies are there before a thread takes their request up. A large one is read by its thread, once it is known who
sends it. It has a deadline, and with this, bodies that are held back until then leave threads to everybody else.
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
