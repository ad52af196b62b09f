"""The thread in which all links and shims live. Whoever acts on them does so from other threads, through it."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any, Final, Self, TypeVar

T = TypeVar("T")

_ANSWER_SECONDS: Final = 30.0


class Network:
    """A context manager around one event loop in a thread of its own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="network", daemon=True)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do ``work`` in the loop, and wait for what it returns."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_ANSWER_SECONDS)

    def call(self, function: Callable[..., T], *arguments: Any) -> T:
        """Call ``function`` in the loop, and wait for what it returns."""

        async def work() -> T:
            return function(*arguments)

        return self.run(work())

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.run(_cancel_all())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


async def _cancel_all() -> None:
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
