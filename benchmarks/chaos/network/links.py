"""Links: one service's way to one store, which breaks as networks break.

A network does more than refuse: it holds bytes back and delivers them late, swallows them while both ends believe in
their connection, and loses the answer to what was carried out. Each of these is a `Way` that a link can be in.
"""

import asyncio
import contextlib
import random
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_CHUNK: Final = 65_536
_BURST_SECONDS: Final = 0.005
"""What can be read so soon after a delayed chunk was waiting with it, and has been delayed already."""


class Way(StrEnum):
    """How a link treats what passes."""

    OPEN = "open"
    REFUSED = "refused"
    """Connections are cut, and nobody listens."""
    HELD = "held"
    """Everything waits, both ways, and is delivered afterwards."""
    SILENT = "silent"
    """What is sent gets lost, both ways, and nobody is told: connections are half open from then on."""
    SLOW = "slow"
    """Each answer comes late."""
    DEAF = "deaf"
    """Requests pass. Some answers get lost, and with them their connections, of which some only seem to stand."""


@dataclass(frozen=True, slots=True)
class Condition:
    """The state of a link. ``seconds`` is how late a `SLOW` one answers, ``share`` how many answers `DEAF` loses."""

    way: Way = Way.OPEN
    seconds: float = 0.0
    share: float = 0.2


OPEN: Final = Condition()


@dataclass(slots=True, eq=False)
class _Road:
    """One connection. A ``dead`` one carries nothing any more, and neither end is told."""

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    dead: bool = False

    def cut(self) -> None:
        self.client.transport.abort()
        self.server.transport.abort()

    def close(self) -> None:
        """What was taken over is delivered first."""
        self.client.close()
        self.server.close()


class Link:
    """A loopback port that leads to ``target``, asked anew for each connection. Methods run in the network's loop."""

    def __init__(self, name: str, target: Callable[[], int], dice: random.Random) -> None:
        self.name = name
        self.port = 0
        self._target = target
        self._dice = dice
        self._condition = OPEN
        self._changed = asyncio.Event()
        self._roads: set[_Road] = set()
        self._server: asyncio.Server | None = None

    async def listen(self) -> None:
        """Take connections, on the same port as before."""
        if self._server is None:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, backlog=256)
            self.port = self._server.sockets[0].getsockname()[1]

    async def set(self, condition: Condition) -> None:
        """Be in this condition from now on."""
        self._condition = condition
        self._changed.set()
        self._changed = asyncio.Event()
        if condition.way is Way.REFUSED:
            self.cut()
            if self._server is not None:
                self._server.close()
                self._server = None
        else:
            await self.listen()

    def cut(self) -> None:
        """Break every connection, this once."""
        for road in list(self._roads):
            road.cut()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self._target())
        except OSError:
            writer.transport.abort()
            return
        road = _Road(writer, server_writer)
        self._roads.add(road)
        requests = asyncio.ensure_future(self._carry(road, reader, server_writer, is_answer=False))
        answers = asyncio.ensure_future(self._carry(road, server_reader, writer, is_answer=True))
        try:
            await asyncio.wait({requests, answers}, return_when=asyncio.FIRST_COMPLETED)
            if answers.done() and self._is_numb(road):
                await requests  # The server has gone, and its client cannot know.
            while self._condition.way in {Way.SILENT, Way.HELD}:
                await self._changed.wait()  # The other end does not hear of the end before the link is whole.
        finally:
            for task in (requests, answers):
                task.cancel()
            if road.dead or self._condition.way is not Way.OPEN:
                road.cut()
            else:
                road.close()
            self._roads.discard(road)

    def _is_numb(self, road: _Road) -> bool:
        return road.dead or self._condition.way is Way.SILENT

    async def _carry(
        self, road: _Road, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, is_answer: bool
    ) -> None:
        delivered_at = 0.0
        with contextlib.suppress(OSError):
            while chunk := await source.read(_CHUNK):
                delivered_at = await self._delay(delivered_at, is_answer=is_answer)
                if self._is_numb(road):
                    road.dead = True
                elif is_answer and self._loses_answer():
                    road.dead = self._dice.random() < 0.5
                    if not road.dead:
                        return
                else:
                    sink.write(chunk)
                    await sink.drain()

    async def _delay(self, delivered_at: float, *, is_answer: bool) -> float:
        """Wait as long as the condition wants. Returns when it was over."""
        clock = asyncio.get_running_loop().time
        while self._condition.way is Way.HELD:
            await self._changed.wait()
        if is_answer and self._condition.way is Way.SLOW and clock() - delivered_at > _BURST_SECONDS:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), self._condition.seconds)
        return clock()

    def _loses_answer(self) -> bool:
        return self._condition.way is Way.DEAF and self._dice.random() < self._condition.share
