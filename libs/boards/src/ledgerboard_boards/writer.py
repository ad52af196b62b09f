"""Write the boards: fold envelopes of facts into every view they belong to.

One envelope is one atomic function call, and the fold forgives repeats, so whatever part of a batch was folded before a
crash may be folded again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from ledgerboard_boards.codec import fold_of, prefix_bytes
from ledgerboard_boards.keys import Keyspace
from ledgerboard_boards.library import Call, FunctionLibrary, Unguarded
from ledgerboard_boards.packing import groups_of
from ledgerboard_contracts import TOP_N, BoardDefinition, FactEnvelope, Policy
from ledgerboard_contracts.queues import RANK
from ledgerboard_infra.valkey import RedisClient

MARK_SECONDS: Final = RANK.retention_seconds + RANK.dead_letter_retention_seconds
"""How long an envelope that was added to totals is known: as long as its message may wait to be delivered again."""

FINISHED_MARK_SECONDS: Final = 15 * 60
"""How long it is still known once nobody has it any more: SQS may deliver a deleted message once more."""


@dataclass(frozen=True, slots=True)
class FoldResult:
    """What folding one envelope changed.

    ``entries_changed``: entries of views that appeared or changed. ``tops_changed``: views whose top changed.
    ``views_expired``: how often a fact came too late for a date-bound view, which is then left alone.
    """

    entries_changed: int
    tops_changed: int
    views_expired: int


@dataclass(frozen=True, slots=True)
class Mark:
    """What keeps an envelope from being added to its board's totals twice."""

    board: str
    envelope_id: UUID


def mark_of(envelope: FactEnvelope, definition: BoardDefinition) -> Mark | None:
    """The mark that folding ``envelope`` leaves, or None where the fold forgives repeats without one."""
    if definition.options.policy is not Policy.TOTAL:
        return None
    return Mark(envelope.board, envelope.envelope_id)


class RedisBoards:
    """The live boards in Redis. Raises what redis-py raises."""

    def __init__(self, client: RedisClient, stage: str) -> None:
        self._keyspace = Keyspace(stage)
        self._library = FunctionLibrary(client, Unguarded())

    def fold(self, batch: Sequence[tuple[FactEnvelope, BoardDefinition]], now: datetime) -> Sequence[FoldResult]:
        """Fold each envelope by its definition, in one round trip. Safe to repeat; safe out of order.

        Views that have expired by ``now`` are left out: they would be born anew with a part of their plays.
        """
        packed = [self._call(envelope, definition, now) for envelope, definition in batch]
        replies = self._library.write_all("fold", [call for call, _ in packed])
        return [
            FoldResult(entries, tops, expired) for (entries, tops), (_, expired) in zip(replies, packed, strict=True)
        ]

    def acknowledged(self, marks: Sequence[Mark]) -> None:
        """The messages that brought these facts are deleted. Skipping it costs memory, never exactness."""
        self._tell(marks, b"acknowledged")

    def settled(self, marks: Sequence[Mark]) -> None:
        """What these facts were made of is deleted. Skipping it costs memory, never exactness.

        A mark goes soon once it was told both, in either order. Told before its facts are folded it waits for them.
        """
        self._tell(marks, b"settled")

    def _tell(self, marks: Sequence[Mark], word: bytes) -> None:
        arguments = (word, MARK_SECONDS, FINISHED_MARK_SECONDS)
        calls = [([self._keyspace.mark(mark.board, mark.envelope_id)], arguments) for mark in marks]
        self._library.write_all("tell_mark", calls)

    def _call(self, envelope: FactEnvelope, definition: BoardDefinition, now: datetime) -> tuple[Call, int]:
        keys, arguments = self._head(envelope, definition)
        options, expired = definition.options, 0
        for group in groups_of(envelope.facts, options):
            views = self._keyspace.of_all(envelope.board, group.scope, group.spans)
            live = [view for view in views if view.expires_at is None or view.expires_at > now]
            expired += (len(views) - len(live)) * len(group.records)
            for view in live:
                keys += view.all
            arguments += [fold_of(options, group.scope).encode(), prefix_bytes(options, group.scope), len(live)]
            arguments += [*(view.expires_at_seconds for view in live), b"".join(group.records)]
        return (keys, arguments), expired

    def _head(self, envelope: FactEnvelope, definition: BoardDefinition) -> tuple[list[bytes], list[bytes | int]]:
        keyspace, mark = self._keyspace, mark_of(envelope, definition)
        arguments: list[bytes | int] = [
            TOP_N,
            keyspace.channel,
            keyspace.folded_channel,
            str(envelope.envelope_id).encode(),
        ]
        if mark is None:
            return [], [*arguments, 0]
        return [keyspace.mark(mark.board, mark.envelope_id)], [*arguments, MARK_SECONDS]
