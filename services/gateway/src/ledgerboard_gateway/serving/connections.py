"""End connections that hold a place and do nothing with it.

The server knows one time for all that a client has not sent: a new connection's first request, and the next request of
a connection that is kept. The first must be short, since whoever can reach the port can open connections and say
nothing; the second must be longer than a balancer keeps its connections. So the server has the longer of the two, and
both are kept here: by a look, once in a while, at the sockets of this process. What has not brought a request in time
is shut, which the server takes for its client's end. Where connections run out, those give way that brought none, then
those that brought none for longest. A connection whose request is at work is never touched. One whose answer said that
it was the last is shut soon after: the server, which may still wait for the rest of a body, does not always do so.

This needs Linux, as the stores that come along do.
"""

import os
import socket
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from ledgerboard_gateway.metrics import GatewayMetrics
from ledgerboard_gateway.periodic import Periodic

_DESCRIPTORS: Final = Path("/proc/self/fd")
_FAMILIES: Final = frozenset({socket.AF_INET, socket.AF_INET6})
_LOOKS: Final = 4
"""In the time of a first request, so that none is given a quarter more."""

_LAST_SECONDS: Final = 1.0
"""For a last answer to get into the hands of the kernel, which brings it to the client also when the socket is shut."""

_FULL: Final = 0.9
_ROOM: Final = 0.75
"""From so many of the connections that there may be on, so many are left."""

Peer = tuple[bytes, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionLimits:
    """``first_seconds`` for a connection's first request, ``idle_seconds`` for the next; ``most`` at a time."""

    first_seconds: float
    idle_seconds: float
    most: int


@dataclass(slots=True)
class _Seen:
    """A connection of ours, by its socket's number in the kernel."""

    peer: Peer
    since: float


class Connections:
    """What the connections to ``port`` are at. Thread-safe: requests come and go in one thread, `tend` in another."""

    def __init__(
        self,
        limits: ConnectionLimits,
        port: int,
        metrics: GatewayMetrics,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limits = limits
        self._port = port
        self._metrics = metrics
        self._monotonic = monotonic
        self._tending = Periodic("connections", self.tend, min(1.0, limits.first_seconds / _LOOKS))
        self._at_work: set[Peer] = set()
        self._served_at: dict[Peer, float] = {}
        self._last: set[Peer] = set()
        self._seen: dict[int, _Seen | None] = {}

    def start(self) -> None:
        """Tend them from now on."""
        self._tending.start()

    def close(self) -> None:
        """Tend them no more."""
        self._tending.close()

    def begin(self, client: tuple[str, int | str] | None) -> Peer:
        """A request of this client is at work from now on, until `end`. A connection has one at a time."""
        peer = _peer(*client) if client else (b"", 0)
        self._at_work.add(peer)
        self._last.discard(peer)
        return peer

    def end(self, peer: Peer, *, is_last: bool) -> None:
        """It was answered. ``is_last``: the answer said that the connection ends with it."""
        self._served_at[peer] = self._monotonic()
        if is_last:
            self._last.add(peer)
        self._at_work.discard(peer)

    def tend(self) -> None:
        """Look at every connection once, and shut those whose time is over."""
        now = self._monotonic()
        open_now = dict(self._look(now))
        self._forget({seen.peer for _, seen in open_now.values()}, now)
        self._metrics.connections.set(len(open_now))
        self._shut({inode for inode, (_, seen) in open_now.items() if self._is_overdue(seen, now)}, open_now, "overdue")
        self._shut(self._crowded(open_now, now), open_now, "crowded")

    def _shut(self, inodes: set[int], open_now: dict[int, tuple[int, _Seen]], reason: str) -> None:
        for inode in inodes:
            descriptor, seen = open_now[inode]
            if seen.peer not in self._at_work:
                _shut(descriptor, inode)
                self._metrics.connection_shut(reason)

    def _is_overdue(self, seen: _Seen, now: float) -> bool:
        served_at = self._served_at.get(seen.peer)
        if served_at is None:
            return now - seen.since > self._limits.first_seconds
        if seen.peer in self._last:
            return now - served_at > _LAST_SECONDS
        # A port comes again: what its former connection was served at does not age a new one.
        return now - max(served_at, seen.since) > self._limits.idle_seconds

    def _crowded(self, open_now: dict[int, tuple[int, _Seen]], now: float) -> set[int]:
        """Those that give way where there are nearly as many as there may be."""
        if len(open_now) < _FULL * self._limits.most:
            return set()
        idle = [inode for inode, (_, seen) in open_now.items() if seen.peer not in self._at_work]
        idle.sort(key=lambda inode: self._claim(open_now[inode][1], now))
        return set(idle[: int(len(open_now) - _ROOM * self._limits.most)])

    def _claim(self, seen: _Seen, now: float) -> tuple[bool, float]:
        """What a connection has for itself: that it brought requests, and how lately."""
        served_at = self._served_at.get(seen.peer)
        return served_at is not None, (seen.since if served_at is None else served_at) - now

    def _look(self, now: float) -> Iterator[tuple[int, tuple[int, _Seen]]]:
        """Each connection of ours: the number of its socket, its descriptor, and what is known of it."""
        found: dict[int, _Seen | None] = {}
        for descriptor, inode in _sockets():
            seen = self._seen[inode] if inode in self._seen else self._meet(descriptor, inode, now)
            found[inode] = seen
            if seen is not None:
                yield inode, (descriptor, seen)
        self._seen = found

    def _meet(self, descriptor: int, inode: int, now: float) -> _Seen | None:
        """What a new socket is: a connection of ours, or something else of this process."""
        with suppress(OSError), _own(descriptor, inode) as connection:
            if connection is not None and connection.family in _FAMILIES and connection.getsockname()[1] == self._port:
                return _Seen(_peer(*connection.getpeername()[:2]), now)
        return None

    def _forget(self, peers: set[Peer], looked_at: float) -> None:
        """Let go of connections that have ended. What was first served since the look may not have been seen by it."""
        for peer, served_at in [*self._served_at.items()]:
            if served_at < looked_at and peer not in peers and peer not in self._at_work:
                self._served_at.pop(peer, None)
                self._last.discard(peer)


def _sockets() -> Iterator[tuple[int, int]]:
    """The descriptors of this process that are sockets, with their numbers in the kernel."""
    with os.scandir(_DESCRIPTORS) as entries:
        names = [entry.name for entry in entries]
    for name in names:
        with suppress(OSError):  # It was closed since.
            about = os.fstat(int(name))
            if stat.S_ISSOCK(about.st_mode):
                yield int(name), about.st_ino


@contextmanager
def _own(descriptor: int, inode: int) -> Iterator[socket.socket | None]:
    """A hold of our own on a socket, or None where the descriptor is another's by now.

    The server may close a descriptor at any moment, and the next socket then gets its number.
    """
    with socket.socket(fileno=os.dup(descriptor)) as held:
        yield held if os.fstat(held.fileno()).st_ino == inode else None


def _shut(descriptor: int, inode: int) -> None:
    with suppress(OSError), _own(descriptor, inode) as connection:
        if connection is not None:
            connection.shutdown(socket.SHUT_RDWR)


def _peer(host: str, port: int | str) -> Peer:
    return _packed(host), int(port)


@lru_cache(maxsize=4096)
def _packed(host: str) -> bytes:
    """An address by its bytes, which have one form where its text may have several."""
    address = ip_address(host.partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).packed
