"""A closed-loop HTTP/1.1 load generator on asyncio protocols, lean enough to share two cores with what it measures.

Every connection sends its next request when the answer to the last one is complete, so the figures are what a client
with that many connections would see. Requests are bytes made beforehand; latencies are seconds.
"""

import asyncio
import itertools
import math
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@dataclass
class Load:
    """What a run saw: answers by status, seconds from first request to last answer, one latency an answer."""

    statuses: Counter[int] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds

    def percentile(self, percent: float) -> float:
        """The latency, in seconds, that ``percent`` of the answers did not exceed."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def request_bytes(method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> bytes:
    """One HTTP/1.1 request, ready to send."""
    lines = [f"{method} {path} HTTP/1.1", "Host: bench"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """For how long, at most how many requests, and at most how many a second."""

    seconds: float
    requests: int | None = None
    rate: float = math.inf


def run_load(port: int, make: Callable[[int], bytes], *, connections: int, pace: Pace) -> Load:
    """Send ``make(0)``, ``make(1)``, ... to a loopback port over ``connections``."""
    return asyncio.run(_run(port, make, connections, pace))


async def _run(port: int, make: Callable[[int], bytes], connections: int, pace: Pace) -> Load:
    load = Load()
    loop = asyncio.get_running_loop()
    numbers = iter(range(pace.requests)) if pace.requests is not None else itertools.count()
    started = time.perf_counter()
    schedule = _Schedule(numbers, started, started + pace.seconds, pace.rate)
    lanes = [_Lane(load, schedule, make) for _ in range(connections)]
    for lane in lanes:
        await loop.create_connection(lambda lane=lane: lane, "127.0.0.1", port)  # type: ignore[misc]
    await asyncio.gather(*(lane.done for lane in lanes))
    load.seconds = time.perf_counter() - started
    return load


@dataclass(slots=True)
class _Schedule:
    """Hands out request numbers, each with the moment before which it must not leave."""

    numbers: Iterator[int]
    started: float
    deadline: float
    rate: float

    def next(self) -> tuple[int, float] | None:
        number = next(self.numbers, None)
        if number is None:
            return None
        due = self.started + number / self.rate
        return None if max(due, time.perf_counter()) >= self.deadline else (number, due)


class _Lane(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self, load: Load, schedule: _Schedule, make: Callable[[int], bytes]) -> None:
        self._load, self._schedule, self._make = load, schedule, make
        self._loop = asyncio.get_running_loop()
        self.done: asyncio.Future[None] = self._loop.create_future()
        self._buffer = b""
        self._sent_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._next()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        length = _LENGTH.search(self._buffer, 0, end)
        assert length is not None, "an answer without Content-Length"
        if len(self._buffer) < end + 4 + int(length[1]):
            return
        self._load.latencies.append(time.perf_counter() - self._sent_at)
        self._load.statuses[int(self._buffer[9:12])] += 1
        self._buffer = b""
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("the server closed a connection"))

    def _next(self) -> None:
        turn = self._schedule.next()
        if turn is None:
            if not self.done.done():
                self.done.set_result(None)
            self._transport.close()
            return
        number, due = turn
        delay = due - time.perf_counter()
        if delay > 0:
            self._loop.call_later(delay, self._send, number)
        else:
            self._send(number)

    def _send(self, number: int) -> None:
        self._sent_at = time.perf_counter()
        self._transport.write(self._make(number))
