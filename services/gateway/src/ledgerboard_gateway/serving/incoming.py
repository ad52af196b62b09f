"""Bodies on their way in. A body has a deadline, and while it comes it holds no thread.

A small body is read by the event loop before a thread takes the request up, so that clients who send half of one hold
nothing but a connection. A large body is only read once the application asks for it, which knows by then who sends it.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from contextlib import suppress
from typing import Any, Final

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

SMALL_BYTES: Final = 32 * 1024
"""What is read at once: all bodies but those of bulk requests."""

_DROPPED_BYTES: Final = 2 * 1024 * 1024
_DROPPED_SECONDS: Final = 1.0
"""How much of a body that nobody reads may come all the same, and for how long."""


class LateBodyError(Exception):
    """The body did not come in time, or gave way to others that did."""


class BrokenBodyError(Exception):
    """The client went away, or sent what is no HTTP, before its body had ended."""


class IncomingBody:
    """One body, and the ``wsgi.input`` of its request: `read` is called in the request's thread."""

    def __init__(self, receive: Receive, environ: Mapping[str, Any], seconds: float) -> None:
        self._receive = receive
        self._length_bytes = _length(environ)
        self._seconds = seconds
        self._is_expected = "HTTP_EXPECT" not in environ
        self._loop = asyncio.get_running_loop()
        self._held = bytearray()
        self._come_bytes = 0
        self._reader: asyncio.Task[Any] | None = None
        self._late: asyncio.TimerHandle | None = None
        self._fault: Exception | None = None
        self.is_complete = self._length_bytes == 0

    @property
    def is_small(self) -> bool:
        """Whether it says that it is small, or does not say how large it is."""
        return self._length_bytes is None or self._length_bytes <= SMALL_BYTES

    async def fill(self, most_bytes: int) -> None:
        """Read until all of it has come, or so much, or `give_way` is called. Faults are raised by `read`."""
        self._reader = asyncio.current_task()
        try:
            while not self.is_complete and len(self._held) < most_bytes:
                self._take(await self._receive())
        except asyncio.CancelledError:
            if self._fault is None:
                raise
            if self._reader is not None:
                self._reader.uncancel()
        except BrokenBodyError as error:
            self._fault = error
        finally:
            self._reader = None

    async def drop(self) -> None:
        """Let the rest come before the answer goes, and forget it.

        A connection that is closed with bytes unread is reset, and a client that is still sending would never see the
        answer. One that asked first whether to send (``Expect``) is not.
        """
        left_bytes = _DROPPED_BYTES if self._length_bytes is None else self._length_bytes
        if self._fault is not None or not self._is_expected or left_bytes > _DROPPED_BYTES:
            return
        with suppress(TimeoutError, BrokenBodyError):
            async with asyncio.timeout(_DROPPED_SECONDS):
                while not self.is_complete and self._come_bytes < _DROPPED_BYTES:
                    self._held.clear()
                    self._take(await self._receive())

    def give_way(self) -> None:
        """Wait no longer for the rest."""
        self._fault = LateBodyError()
        if self._reader is not None:
            self._reader.cancel()

    async def _fill_in_time(self, most_bytes: int) -> None:
        """The same within the time that a body has, counted from the first call."""
        late = self._late or self._loop.call_later(self._seconds, self.give_way)
        self._late = late
        await self.fill(most_bytes)
        if self.is_complete:
            late.cancel()

    def read(self, size: int) -> bytes:
        """So many bytes, or fewer at the end. Raises `LateBodyError` and `BrokenBodyError`."""
        if len(self._held) < size and not self.is_complete and self._fault is None:
            asyncio.run_coroutine_threadsafe(self._fill_in_time(size), self._loop).result()
        if self._fault is not None:
            raise self._fault
        part = bytes(self._held[:size])
        del self._held[:size]
        return part

    def _take(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] != "http.request":
            raise BrokenBodyError
        part: bytes = message["body"]
        self._held += part
        self._come_bytes += len(part)
        self.is_complete = not message.get("more_body", False) or self._come_bytes == self._length_bytes


class IncomingBodies:
    """The small bodies that are on their way, at most so many: one more, and the oldest gives way.

    An honest body comes in milliseconds, so the oldest is one that somebody holds back. All have the same time, so the
    oldest is also the next whose time is over: one timer does for all.
    """

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        self._coming: OrderedDict[IncomingBody, float] = OrderedDict()
        self._timer: asyncio.TimerHandle | None = None

    def of(self, receive: Receive, environ: Mapping[str, Any]) -> IncomingBody:
        """The body of a request."""
        return IncomingBody(receive, environ, self._seconds)

    async def fill(self, body: IncomingBody) -> None:
        """Read a small body, within the time and the number that there are."""
        loop = asyncio.get_running_loop()
        self._coming[body] = loop.time() + self._seconds
        if len(self._coming) > self._most:
            oldest, _ = self._coming.popitem(last=False)
            oldest.give_way()
        if self._timer is None:
            self._timer = loop.call_later(self._seconds, self._end_late)
        try:
            await body.fill(SMALL_BYTES)
        finally:
            self._coming.pop(body, None)

    def _end_late(self) -> None:
        """End what is late, and look again when the next may be."""
        loop = asyncio.get_running_loop()
        while self._coming and next(iter(self._coming.values())) <= loop.time():
            late, _ = self._coming.popitem(last=False)
            late.give_way()
        next_at = next(iter(self._coming.values()), None)
        self._timer = None if next_at is None else loop.call_at(next_at, self._end_late)


def _length(environ: Mapping[str, Any]) -> int | None:
    """How long a body is, or None where it comes in chunks. Without either header there is none."""
    if "HTTP_TRANSFER_ENCODING" in environ:
        return None
    text = environ.get("CONTENT_LENGTH", "")
    return int(text) if text.isascii() and text.isdigit() else 0
