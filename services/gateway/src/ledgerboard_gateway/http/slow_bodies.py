"""Read bodies, but those of strangers and players only in some of the threads.

The server reads a body in the thread of its request and knows no bound of time, so as many half-sent bodies as there
are threads would stop everything. (To leave such a read after a while is no way out: granian then stops as a whole.)
With this, whoever may be anybody can at worst keep others like them from writing; reads, health and servers go on.
"""

from collections.abc import Callable
from threading import BoundedSemaphore
from typing import Final

from flask import Flask, current_app

from ledgerboard_gateway.http.problems import ProblemError, ProblemType

_EXTENSION: Final = "ledgerboard.slow_bodies"


class SlowBodies:
    """So many bodies at a time. Thread-safe."""

    def __init__(self, readers: int) -> None:
        self._free = BoundedSemaphore(readers)

    def install(self, app: Flask) -> None:
        """Let the application's requests find it."""
        app.extensions[_EXTENSION] = self

    def read(self, read: Callable[[], bytes]) -> bytes:
        """What ``read`` returns. Raises the 503 problem where too many are being read."""
        if not self._free.acquire(blocking=False):
            raise ProblemError(ProblemType.UNAVAILABLE, "Too many bodies are on their way in.")
        try:
            return read()
        finally:
            self._free.release()


def slow_bodies() -> SlowBodies:
    """Those of the current application."""
    found: SlowBodies = current_app.extensions[_EXTENSION]
    return found
