"""Write the boards: fold envelopes of facts into every view they belong to.

One envelope is one atomic function call, and the fold forgives repeats, so whatever part of a batch was folded before a
crash may be folded again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import redis

from ledgerboard_boards.codec import pack_by_day, prefix_bytes
from ledgerboard_boards.keys import Keyspace
from ledgerboard_boards.library import Call, FunctionLibrary
from ledgerboard_contracts import TOP_N, BoardDefinition, FactEnvelope


@dataclass(frozen=True, slots=True)
class FoldResult:
    """What folding one envelope changed.

    ``entries_changed``: entries of views that appeared or improved. ``tops_changed``: views whose top changed.
    ``views_expired``: how often a fact came too late for a date-bound view, which is then left alone.
    """

    entries_changed: int
    tops_changed: int
    views_expired: int


class RedisBoards:
    """The live boards in Redis. Raises what redis-py raises."""

    def __init__(self, client: redis.Redis, stage: str) -> None:
        self._keyspace = Keyspace(stage)
        self._library = FunctionLibrary(client)

    def fold(self, batch: Sequence[tuple[FactEnvelope, BoardDefinition]], now: datetime) -> Sequence[FoldResult]:
        """Fold each envelope by its definition, in one round trip. Safe to repeat; safe out of order.

        Views that have expired by ``now`` are left out: they would be born anew with a part of their plays.
        """
        packed = [self._call(envelope, definition, now) for envelope, definition in batch]
        replies = self._library.write_all("fold", [call for call, _ in packed])
        return [
            FoldResult(entries, tops, expired) for (entries, tops), (_, expired) in zip(replies, packed, strict=True)
        ]

    def _call(self, envelope: FactEnvelope, definition: BoardDefinition, now: datetime) -> tuple[Call, int]:
        options = definition.options
        keys: list[bytes] = []
        arguments: list[bytes | int] = [TOP_N, prefix_bytes(options), self._keyspace.channel]
        expired = 0
        for day, records in pack_by_day(envelope.facts, options).items():
            views = self._keyspace.of_day(envelope.board, day)
            live = [view for view in views if view.expires_at is None or view.expires_at > now]
            expired += (len(views) - len(live)) * len(records)
            for view in live:
                keys += view.all
            arguments += [len(live), *(view.expires_at_seconds for view in live), b"".join(records)]
        return (keys, arguments), expired
