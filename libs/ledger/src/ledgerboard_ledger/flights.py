"""Single flight: callers that ask the same thing at the same time share one answer."""

from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Flights(Generic[T]):
    """Runs one call a key at a time. Thread-safe. Nothing is kept: the next caller after an answer asks anew."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._running: dict[str, Future[T]] = {}

    def join(self, key: str, ask: Callable[[str], T]) -> T:
        """``ask(key)``, or the outcome of the same call already under way, be it an answer or an error."""
        with self._lock:
            running = self._running.get(key)
            if running is None:
                mine = self._running[key] = Future[T]()
        return running.result() if running is not None else self._lead(key, mine, ask)

    def _lead(self, key: str, mine: Future[T], ask: Callable[[str], T]) -> T:
        try:
            mine.set_result(ask(key))
        except BaseException as error:
            mine.set_exception(error)
            raise
        finally:
            with self._lock:
                del self._running[key]
        return mine.result()
