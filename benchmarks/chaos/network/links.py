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
    """One connection. A ``dead`` one carries nothing any more, and neither end is told.

    ``asked``: something was asked since the last answer began, so what the server says next begins an answer.
    """

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    dead: bool = False
    asked: bool = False

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
            await self.close()
        else:
            await self.listen()

    async def close(self) -> None:
        """Take no connection any more, and break those that there are."""
        self.cut()
        if self._server is not None:
            self._server.close()
            self._server = None

    def leads_from(self, port: int) -> bool:
        """Whether a connection of this link comes to its server from that port."""
        return any(road.server.get_extra_info("sockname")[1] == port for road in self._roads)

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
            with contextlib.suppress(asyncio.CancelledError):  # The network ends.
                await self._ended(road, requests, answers)
        finally:
            for task in (requests, answers):
                task.cancel()
            if road.dead or self._condition.way is not Way.OPEN:
                road.cut()
            else:
                road.close()
            self._roads.discard(road)

    async def _ended(self, road: _Road, requests: asyncio.Future[None], answers: asyncio.Future[None]) -> None:
        """Wait until either end has gone, and the other may hear of it."""
        await asyncio.wait({requests, answers}, return_when=asyncio.FIRST_COMPLETED)
        if answers.done() and self._is_numb(road):
            await requests  # The server has gone, and its client cannot know.
        while self._condition.way in {Way.SILENT, Way.HELD}:
            await self._changed.wait()

    def _is_numb(self, road: _Road) -> bool:
        return road.dead or self._condition.way is Way.SILENT

    async def _carry(
        self, road: _Road, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, is_answer: bool
    ) -> None:
        with contextlib.suppress(OSError):
            while chunk := await source.read(_CHUNK):
                await self._delay(road, is_answer=is_answer)
                if self._is_numb(road):
                    road.dead = True
                elif is_answer and self._loses_answer():
                    road.dead = self._dice.random() < 0.5
                    if not road.dead:
                        return
                else:
                    sink.write(chunk)
                    await sink.drain()

    async def _delay(self, road: _Road, *, is_answer: bool) -> None:
        """Wait as long as the condition wants. Of an answer in several parts the first one is late, and all with it."""
        while self._condition.way is Way.HELD:
            await self._changed.wait()
        if not is_answer:
            road.asked = True
        elif road.asked:
            road.asked = False
            if self._condition.way is Way.SLOW:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._changed.wait(), self._condition.seconds)

    def _loses_answer(self) -> bool:
        return self._condition.way is Way.DEAF and self._dice.random() < self._condition.share
