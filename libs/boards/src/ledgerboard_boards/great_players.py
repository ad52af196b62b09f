"""Prepare the standing of a player of very many plays in slices, so that no call keeps the server for long.

On a board where each play is an entry, what a correction changes may be one play of 300,000. So the plays that no
longer count are removed and the others put, some hundreds a call, by the state that is true. The call that takes the
standing over compares a digest: whether exactly these plays are there. A crash in between leaves a player who is to be
restated still, and whoever does that finds what is left to do by comparing.
"""

import struct
from collections.abc import Iterator, Sequence
from datetime import datetime
from hashlib import sha1
from typing import Any, Final
from uuid import UUID

from ledgerboard_boards.codec import EVENT_ID_BYTES, prefix_bytes
from ledgerboard_boards.folding import Folds
from ledgerboard_boards.orders import FoldOrder, FoldResult
from ledgerboard_boards.packing import groups_of
from ledgerboard_contracts import TOP_N, WHOLE_BOARD, BoardOptions, Fact, FactEnvelope
from ledgerboard_infra.valkey import redis_errors

SLICE_PLAYS: Final = 500
"""Plays that one call puts or removes."""

_KEY: Final = struct.Struct(">d")
_LISTED_AT_ONCE: Final = 5_000


class GreatPlayers(Folds):
    """The writes that make ready what a restatement takes over."""

    def is_great(self, board: str, generation: int, player: str, facts: Sequence[Fact]) -> bool:
        """Whether the player has, or is to have, more plays than one call may move."""
        return max(len(facts), self._count(board, generation, player)) > SLICE_PLAYS

    def prepare(
        self, board: str, generation: int, options: BoardOptions, player: str, facts: Sequence[Fact],
        state_version: int, now: datetime,
    ) -> str | None:  # fmt: skip
        """Remove and put plays until the player has those of ``facts``. Their digest; None: the state is another.

        Readers see some plays come or go before others, and may not find the player by name for a moment.
        """
        wanted = {_listed(player, prefix) for prefix in _prefixes(facts, options)}
        found = set(self._all_listed(board, generation, player))
        missing = {each[-EVENT_ID_BYTES:] for each in wanted - found}
        gone = sorted(found - wanted)
        for part in _slices(gone):
            if not self._remove(board, generation, player, part, state_version):
                return None
        for facts_part in _slices([fact for fact in facts if fact.event_id.bytes in missing]):
            order = FoldOrder(_envelope(board, facts_part), options, generation, state_version)
            if not all(isinstance(result, FoldResult) for result in self.fold([order], now)):
                return None
        return sha1(b"".join(sorted(wanted)), usedforsecurity=False).hexdigest()

    def _remove(self, board: str, generation: int, player: str, listed: Sequence[bytes], state_version: int) -> bool:
        keyspace, skipped = self._keyspace, len(player.encode()) + 1
        keys = [keyspace.state(board), keyspace.registry(board, generation), keyspace.plays(board, generation)]
        head = (b"%d" % state_version, TOP_N, keyspace.channel, player.encode())
        return bool(self._library.write("remove_plays", keys, *head, *(each[skipped:] for each in listed)))

    @redis_errors()
    def _count(self, board: str, generation: int, player: str) -> int:
        key = self._keyspace.plays(board, generation).decode()
        name = player.encode()
        count: Any = self._client.zlexcount(key, b"[" + name + b"\0", b"(" + name + b"\1")
        return int(count)

    def _all_listed(self, board: str, generation: int, player: str) -> Iterator[bytes]:
        first, last = b"[" + player.encode() + b"\0", b"(" + player.encode() + b"\1"
        while part := self._some_listed(board, generation, first, last):
            yield from part
            first = b"(" + part[-1]

    @redis_errors()
    def _some_listed(self, board: str, generation: int, first: bytes, last: bytes) -> Sequence[bytes]:
        key: Any = self._keyspace.plays(board, generation).decode()
        found: Any = self._client.zrangebylex(key, first, last, start=0, num=_LISTED_AT_ONCE)
        return list(found)


def _prefixes(facts: Sequence[Fact], options: BoardOptions) -> Iterator[bytes]:
    width = prefix_bytes(options)
    for group in groups_of(facts, options):
        if group.scope == WHOLE_BOARD:
            yield from (record[_KEY.size : _KEY.size + width] for record in group.records)


def _listed(player: str, prefix: bytes) -> bytes:
    return player.encode() + b"\0" + prefix


def _envelope(board: str, facts: Sequence[Fact]) -> FactEnvelope:
    return FactEnvelope(
        envelope_id=UUID(int=0), correlation_id="restatement", board=board, board_version=1, facts=tuple(facts)
    )


def _slices(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (items[first : first + SLICE_PLAYS] for first in range(0, len(items), SLICE_PLAYS))
