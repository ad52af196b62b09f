"""The views that a generation has, what is in them, and the end of all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from ledgerboard_boards.codec import prefix_bytes, read_standing
from ledgerboard_boards.writing import BoardWriter
from ledgerboard_contracts import ALL_TIME, FIRST_GENERATION, BoardOptions, Standing, View
from ledgerboard_infra.valkey import primaries, redis_errors

_KEYS_AT_ONCE: Final = 1_000


class GenerationInUseError(Exception):
    """A generation that the board's state names is not to be dropped."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as the view holds it. Entries rank by ``key`` and then by ``member``; the player ends the member."""

    key: float
    member: bytes
    standing: Standing


def view_id(view: View) -> str:
    """The name of a view among those of its generation: the keys of its span and its scope, such as ``all:board``."""
    return f"{view.span.key}:{view.scope.key}"


class Registry(BoardWriter):
    """What is known of a generation by its number alone."""

    def views(self, board: str, generation: int) -> Sequence[str]:
        """The ids of all views that ever had an entry. Those that expired since may still be among them."""
        keys: list[bytes] = self._library.read("views", [self._keyspace.registry(board, generation)])
        return [key.split(b":", 3)[3].decode() for key in keys]

    def entries(self, view: View, options: BoardOptions, after: Entry | None, limit: int) -> Sequence[Entry]:
        """The first ``limit`` entries of ``view`` that rank after ``after``, of whichever generation, live or not."""
        place = (b"", b"") if after is None else (b"%.17g" % after.key, after.member)
        entries_key = self._keyspace.of(view).entries
        reply: tuple[int, Sequence[bytes]] = self._library.read("entries_after", [entries_key], *place, limit)
        first_rank, flat = reply
        return [
            _entry(rank, member, key, view, options)
            for rank, (member, key) in enumerate(zip(flat[::2], flat[1::2], strict=True), first_rank)
        ]

    def drop(self, board: str, generation: int, limit: int) -> bool:
        """Delete at most ``limit`` views of a generation. True: nothing of it is left.

        Raises `GenerationInUseError` for one that the board's state names. A first generation from before there were
        registries is searched for among all keys of its server, once.
        """
        keyspace = self._keyspace
        keys = [
            keyspace.state(board),
            keyspace.registry(board, generation),
            keyspace.plays(board, generation),
            keyspace.added(board, generation),
        ]
        left: Any = self._library.write("drop", keys, generation, limit)
        if left is None:
            raise GenerationInUseError(f"generation {generation} of {board} is live or being built")
        if left == 0 and generation == FIRST_GENERATION:
            self._sweep(board)
        return bool(left == 0)

    @redis_errors()
    def _sweep(self, board: str) -> None:
        """Delete what no registry knows. Every board has a view of all, so that is what tells, and what goes last."""
        last = self._keyspace.of(View(board, ALL_TIME)).entries
        if not self._client.exists(last.decode()):
            return
        tag = last[: last.index(b"}") + 2]
        for server in primaries(self._client):
            for key in server.scan_iter(match=tag + b"*", count=_KEYS_AT_ONCE):
                if key.split(b":", 3)[2:3] == [b"%d" % FIRST_GENERATION] and key != last:
                    server.unlink(key)
        self._client.unlink(last.decode())


def _entry(rank: int, member: bytes, key: bytes, view: View, options: BoardOptions) -> Entry:
    width = prefix_bytes(options, view.scope)
    standing = read_standing(rank, member[:width], member[width:].decode(), key, options, view.scope)
    return Entry(float(key), member, standing)
