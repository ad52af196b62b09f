"""What a standard queue of AWS may do and the local server does not: show again what was deleted, and deliver twice.

The shim stands before the local server and speaks its JSON protocol. What passes unharmed passes unchanged. A message
that it shows a second time has a receipt of its own, which the server never hears of.
"""

import asyncio
import contextlib
import itertools
import json
import random
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any, Final

from benchmarks.chaos.network.http import HttpMessage, read_message

_TARGET: Final = "x-amz-target"
_SERVICE: Final = "AmazonSQS."
_FORGED: Final = "chaos-"
_MOST_SHOWN: Final = 20_000
_MOST_DELETED: Final = 2_000
_MOST_GHOSTS: Final = 3
_MOST_IN_BATCH: Final = 10
_STALE: Final = "ReceiptHandleIsInvalid"
_COUNT: Final = "ApproximateReceiveCount"

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Manners:
    """How the queue behaves. The shares are of receives: how many show ghosts, how many messages come twice.

    A ghost is a message that was deleted at least ``ghost_seconds`` before. ``forgiving``: the deletion by an old
    receipt is answered with success, and deletes nothing.
    """

    ghosts: float = 0.0
    ghost_seconds: float = 0.0
    copies: float = 0.0
    forgiving: bool = False


@dataclass(slots=True)
class _Copy:
    due_at: float
    message: Json


@dataclass(slots=True)
class _Queue:
    """What is known of one queue. ``deleted`` is a fair sample of everything that ever was, with when."""

    deleted: list[tuple[float, Json]] = field(default_factory=list)
    copies: list[_Copy] = field(default_factory=list)
    count: int = 0


class QueueShim:
    """A loopback port before the queue server. ``counts`` tells what it did. All methods run in the network's loop."""

    def __init__(self, target: Callable[[], int], queues: Collection[str], dice: random.Random) -> None:
        self.port = 0
        self.counts: Counter[str] = Counter()
        self.manners = Manners()
        self._target = target
        self._names = frozenset(queues)
        self._dice = dice
        self._numbers = itertools.count(1)
        self._queues: defaultdict[str, _Queue] = defaultdict(_Queue)
        self._shown: OrderedDict[str, Json] = OrderedDict()
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    async def listen(self) -> None:
        """Take connections."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, backlog=256)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Take no more, and break those that there are."""
        if self._server is not None:
            self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()

    def show_copies_now(self) -> None:
        """Let what is to come twice come with the next receive."""
        for known in self._queues.values():
            for copy in known.copies:
                copy.due_at = 0.0

    def behave(self, manners: Manners) -> None:
        """Behave so from now on."""
        self.manners = manners

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError, ValueError):
            server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self._target())
            try:
                while (request := await read_message(reader)) is not None:
                    answer = await self._answer(request, server_reader, server_writer)
                    if answer is None:
                        break
                    writer.write(answer.encoded())
                    await writer.drain()
            finally:
                server_writer.close()
        self._writers.discard(writer)
        writer.close()

    async def _answer(
        self, request: HttpMessage, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> HttpMessage | None:
        action = request.headers.get(_TARGET, "").removeprefix(_SERVICE)
        asked: Json = json.loads(request.body) if action in _MEDDLED and request.body else {}
        queue = str(asked.get("QueueUrl", "")).rpartition("/")[2]
        is_meddled = queue in self._names
        most = int(asked.get("MaxNumberOfMessages", 1))
        if is_meddled and self._makes_room(action, asked, most):
            request.body = json.dumps(asked).encode()
        forged = self._take_forged(asked) if is_meddled else []
        if forged and not _receipts(asked):
            return _success(forged)
        if forged:
            request.body = json.dumps(asked).encode()
        writer.write(request.encoded())
        await writer.drain()
        answer = await read_message(reader)
        if answer is None or not is_meddled:
            return answer
        self._meddle(action, queue, {**asked, "MaxNumberOfMessages": most}, answer, forged)
        return answer

    def _makes_room(self, action: str, asked: Json, most: int) -> bool:
        """Whether fewer are asked for than were wanted. Where much waits, there would never be room for a ghost."""
        if action != "ReceiveMessage" or most <= _MOST_GHOSTS or self._dice.random() >= self.manners.ghosts:
            return False
        asked["MaxNumberOfMessages"] = most - _MOST_GHOSTS
        return True

    def _take_forged(self, asked: Json) -> list[str]:
        """The entries by receipts of ours, which are taken out of the request."""
        if str(asked.get("ReceiptHandle", "")).startswith(_FORGED):
            del asked["ReceiptHandle"]
            return [""]
        entries: list[Json] = asked.get("Entries", [])
        ours = [each for each in entries if str(each.get("ReceiptHandle", "")).startswith(_FORGED)]
        if ours:
            asked["Entries"] = [each for each in entries if each not in ours]
        return [str(each["Id"]) for each in ours]

    def _meddle(self, action: str, queue: str, asked: Json, answer: HttpMessage, forged: list[str]) -> None:
        body: Json = json.loads(answer.body) if answer.body else {}
        match action:
            case "ReceiveMessage" if answer.status == 200:
                self._receive(queue, int(asked.get("MaxNumberOfMessages", 1)), body)
            case "DeleteMessage":
                self._delete_one(queue, asked, answer, body)
                return
            case "DeleteMessageBatch" if answer.status == 200:
                self._delete(queue, asked, body)
            case _:
                pass
        if forged:
            body.setdefault("Successful", []).extend({"Id": each} for each in forged)
        answer.body = json.dumps(body).encode()

    def _receive(self, queue: str, most: int, body: Json) -> None:
        known, now = self._queues[queue], asyncio.get_running_loop().time()
        messages: list[Json] = body.get("Messages", [])
        for message in messages:
            self._shown[message["ReceiptHandle"]] = message
            if self._dice.random() < self.manners.copies:
                known.copies.append(_Copy(now + self._dice.uniform(0, 40), self._again(message, 1)))
        while len(self._shown) > _MOST_SHOWN:
            self._shown.popitem(last=False)
        added = self._due_copies(known, now, most - len(messages))
        if self._dice.random() < self.manners.ghosts:
            added += self._ghosts(known, now, most - len(messages) - len(added))
        if added:
            body["Messages"] = messages = messages + added
        self._dice.shuffle(messages)

    def _due_copies(self, known: _Queue, now: float, room: int) -> list[Json]:
        due = [each for each in known.copies if each.due_at <= now][: max(0, room)]
        known.copies = [each for each in known.copies if each not in due]
        self.counts["copies"] += len(due)
        return [each.message for each in due]

    def _ghosts(self, known: _Queue, now: float, room: int) -> list[Json]:
        old = [message for at, message in known.deleted if at + self.manners.ghost_seconds <= now]
        chosen = self._dice.sample(old, min(len(old), max(0, room), self._dice.randint(1, _MOST_GHOSTS)))
        self.counts["ghosts"] += len(chosen)
        return [self._again(message, self._dice.choice((0, 0, 1, 2))) for message in chosen]

    def _again(self, message: Json, more_receives: int) -> Json:
        """The same message under a receipt of ours. A server that missed the deletion may have missed receives too."""
        attributes: dict[str, str] = dict(message.get("Attributes", {}))
        if _COUNT in attributes:
            count = 1 if more_receives == 0 else int(attributes[_COUNT]) + more_receives
            attributes[_COUNT] = str(count)
        return {**message, "Attributes": attributes, "ReceiptHandle": f"{_FORGED}{next(self._numbers)}"}

    def _delete_one(self, queue: str, asked: Json, answer: HttpMessage, body: Json) -> None:
        if answer.status == 200:
            self._note_deleted(queue, asked["ReceiptHandle"])
        elif self.manners.forgiving and _STALE in f"{body.get('__type')}":
            self.counts["stale deletes"] += 1
            answer.first_line, answer.body = "HTTP/1.1 200 OK", b"{}"

    def _delete(self, queue: str, asked: Json, body: Json) -> None:
        receipts = {str(each["Id"]): str(each["ReceiptHandle"]) for each in asked.get("Entries", [])}
        for each in body.get("Successful", []):
            self._note_deleted(queue, receipts[each["Id"]])
        if not self.manners.forgiving:
            return
        stale = [each for each in body.get("Failed", []) if each.get("Code") == _STALE]
        body["Failed"] = [each for each in body.get("Failed", []) if each not in stale]
        body.setdefault("Successful", []).extend({"Id": each["Id"]} for each in stale)
        self.counts["stale deletes"] += len(stale)

    def _note_deleted(self, queue: str, receipt: str) -> None:
        """Keep it, or a fair share of what is deleted once there is no more room (reservoir sampling)."""
        message = self._shown.pop(receipt, None)
        if message is None:
            return
        known, entry = self._queues[queue], (asyncio.get_running_loop().time(), message)
        known.count += 1
        if len(known.deleted) < _MOST_DELETED:
            known.deleted.append(entry)
        elif (place := self._dice.randrange(known.count)) < _MOST_DELETED:
            known.deleted[place] = entry


_MEDDLED: Final = frozenset(
    {
        "ReceiveMessage", "DeleteMessage", "DeleteMessageBatch", "ChangeMessageVisibility",
        "ChangeMessageVisibilityBatch",
    }
)  # fmt: skip


def _receipts(asked: Json) -> bool:
    return "ReceiptHandle" in asked or bool(asked.get("Entries"))


def _success(forged: list[str]) -> HttpMessage:
    """The answer to a request that was about nothing but receipts of ours."""
    body: Json = {} if forged == [""] else {"Successful": [{"Id": each} for each in forged], "Failed": []}
    return HttpMessage("HTTP/1.1 200 OK", {"content-type": "application/x-amz-json-1.0"}, json.dumps(body).encode())
