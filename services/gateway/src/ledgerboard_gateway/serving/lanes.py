"""Places for requests at work: who finds none waits for one, and is only refused when that takes too long.

A request at work holds a thread. So that what waits for the queue leaves threads to reads, what waits for the stores
leaves threads to writes, and strangers leave places to who brings a credential, each of them has a lane that is
narrower than the number of threads. Waiting holds no thread.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

_READS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """How many requests may be at work in one process, and for how long one waits for its place.

    ``strangers`` write without a credential, ``large`` bodies are read by their threads; both count as ``writes`` too.
    So many small ``bodies`` may be on their way at once; each may take ``body_seconds``.
    """

    threads: int
    reads: int
    writes: int
    strangers: int
    large: int
    wait_seconds: float
    bodies: int
    body_seconds: float


class NoPlaceError(Exception):
    """No place became free in time."""


class Lanes:
    """The places of one process. For its event loop alone."""

    def __init__(self, places: Places) -> None:
        self._wait_seconds = places.wait_seconds
        self._reads = (asyncio.Semaphore(places.reads),)
        writes = asyncio.Semaphore(places.writes)
        self._writes = (writes,)
        self._strangers = (asyncio.Semaphore(places.strangers), writes)
        self._large = (asyncio.Semaphore(places.large), writes)

    async def enter(self, environ: Mapping[str, Any], *, is_large: bool) -> "Place":
        """A place for a request, to be left when it is answered. Raises `NoPlaceError`."""
        lanes = self._of(environ, is_large=is_large)
        if not any(lane.locked() for lane in lanes):
            for lane in lanes:
                await lane.acquire()  # At once.
            return Place(lanes)
        taken: list[asyncio.Semaphore] = []
        try:
            async with asyncio.timeout(self._wait_seconds):
                for lane in lanes:
                    await lane.acquire()
                    taken.append(lane)
        except TimeoutError:
            Place(taken).leave()
            raise NoPlaceError from None
        return Place(lanes)

    def _of(self, environ: Mapping[str, Any], *, is_large: bool) -> Sequence[asyncio.Semaphore]:
        if environ["REQUEST_METHOD"] in _READS:
            return self._reads
        if "HTTP_AUTHORIZATION" not in environ:
            return self._strangers
        return self._large if is_large else self._writes


class Place:
    """Places that one request has."""

    __slots__ = ("_lanes",)

    def __init__(self, lanes: Sequence[asyncio.Semaphore]) -> None:
        self._lanes = lanes

    def leave(self) -> None:
        """Give them to who waits."""
        for lane in self._lanes:
            lane.release()
