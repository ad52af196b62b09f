"""Fold envelopes of facts into every view they belong to.

One envelope into one generation is one atomic function call, and the fold forgives repeats, so whatever part of a batch
was folded before a crash may be folded again.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from ledgerboard_boards.library import Call
from ledgerboard_boards.orders import STALE, FoldOrder, FoldResult, Mark, Stale, mark_of
from ledgerboard_boards.writing import BoardWriter
from ledgerboard_contracts import TOP_N
from ledgerboard_contracts.queues import RANK

MARK_SECONDS: Final = RANK.retention_seconds + RANK.dead_letter_retention_seconds
"""How long an envelope that was added to totals is known: as long as its message may wait to be delivered again."""

FINISHED_MARK_SECONDS: Final = 15 * 60
"""How long it is still known once nobody has it any more: SQS may deliver a deleted message once more."""


class Folds(BoardWriter):
    """The writes of facts, and of what keeps totals from seeing them twice."""

    def fold(self, orders: Sequence[FoldOrder], now: datetime) -> Sequence[FoldResult | Stale]:
        """Carry out each order, in one round trip. Safe to repeat; safe out of order.

        Views that have expired by ``now`` are left out: they would be born anew with a part of their plays.
        """
        packed = [self._call(order, now) for order in orders]
        replies = self._library.write_all("fold", [call for call, _ in packed])
        return [
            STALE if reply is None else FoldResult(reply[0], reply[1], expired)
            for reply, (_, expired) in zip(replies, packed, strict=True)
        ]

    def acknowledged(self, marks: Sequence[Mark]) -> None:
        """The messages that brought these facts are deleted. Skipping it costs memory, never exactness."""
        self._tell(marks, b"acknowledged")

    def settled(self, marks: Sequence[Mark]) -> None:
        """What these facts were made of is deleted. Skipping it costs memory, never exactness.

        A mark goes soon once it was told both, in either order. Told before its facts are folded it waits for them.
        """
        self._tell(marks, b"settled")

    def keep(self, marks: Sequence[Mark]) -> Sequence[bool]:
        """Which of these envelopes are known to have been added. They stay known for the whole time, whatever is told.

        One call for both: a mark that was only looked at might go before the envelope is folded again.
        """
        return [reply == 1 for reply in self._tell(marks, b"kept")]

    def _tell(self, marks: Sequence[Mark], word: bytes) -> Sequence[object]:
        arguments = (word, MARK_SECONDS, FINISHED_MARK_SECONDS)
        calls = [([self._keyspace.mark(mark.board, mark.generation, mark.envelope_id)], arguments) for mark in marks]
        return self._library.write_all("tell_mark", calls)

    def _call(self, order: FoldOrder, now: datetime) -> tuple[Call, int]:
        board, generation, keyspace = order.envelope.board, order.generation, self._keyspace
        head_keys = [keyspace.state(board), keyspace.registry(board, generation), keyspace.plays(board, generation)]
        mark = mark_of(order)
        if mark is not None:
            head_keys.append(keyspace.mark(board, generation, mark.envelope_id))
        head = self._head(order, 0 if mark is None else MARK_SECONDS)
        (keys, arguments), expired = self._packed(board, generation, order.options, order.envelope.facts, now)
        return ([*head_keys, *keys], [*head, *arguments]), expired

    def _head(self, order: FoldOrder, mark_seconds: int) -> list[bytes | int]:
        return [
            b"%d" % order.state_version,
            order.generation,
            TOP_N,
            self._keyspace.channel,
            self._keyspace.folded_channel,
            str(order.envelope.envelope_id).encode(),
            mark_seconds,
            b"kept" if order.keep_mark else b"added",
        ]
