"""The thread in which all links and shims live. Whoever acts on them does so from other threads, through it."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any, Final, Protocol, Self, TypeVar

T = TypeVar("T")


class Listening(Protocol):
    """Something that takes connections in the loop."""

    async def listen(self) -> None:
        """Begin to."""
        ...

    async def close(self) -> None:
        """Take no more, and break those that there are."""
        ...


L = TypeVar("L", bound=Listening)

_ANSWER_SECONDS: Final = 30.0
_LAST_SECONDS: Final = 0.05


class Network:
    """A context manager around one event loop in a thread of its own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="network", daemon=True)
        self._open: list[Listening] = []

    def open(self, made: L) -> L:
        """Let it take connections from now on, for as long as the network stands."""
        self.run(made.listen())
        self._open.append(made)
        return made

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
        for each in self._open:
            self.run(each.close())
        self.run(_cancel_all())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


async def _cancel_all() -> None:
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await asyncio.sleep(_LAST_SECONDS)  # What was closed is closed by callbacks.
