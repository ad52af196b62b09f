"""Fold envelopes of facts into every view they belong to.

One envelope into one generation is one atomic function call, and the fold forgives repeats, so whatever part of a batch
was folded before a crash may be folded again.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from ledgerboard_boards.codec import EPOCH
from ledgerboard_boards.library import Call
from ledgerboard_boards.orders import FoldOrder, FoldResult, Refusal, envelope_time
from ledgerboard_boards.writing import BoardWriter
from ledgerboard_contracts import TOP_N

_KNOWN_BY_MARK: Final = b"mark"
_KNOWN_BY_CURSOR: Final = b"page"
_FORGIVEN: Final = b""


class Folds(BoardWriter):
    """The writes of facts."""

    def fold(self, orders: Sequence[FoldOrder], now: datetime) -> Sequence[FoldResult | Refusal]:
        """Carry out each order, in one round trip. Safe to repeat; safe out of order.

        Views that have expired by ``now`` are left out: they would be born anew with a part of their plays.
        """
        packed = [self._call(order, now) for order in orders]
        replies = self._library.write_all("fold", [call for call, _ in packed])
        return [_result(reply, expired) for reply, (_, expired) in zip(replies, packed, strict=True)]

    def _call(self, order: FoldOrder, now: datetime) -> tuple[Call, int]:
        board, generation, keyspace = order.envelope.board, order.generation, self._keyspace
        head_keys = [
            keyspace.state(board),
            keyspace.registry(board, generation),
            keyspace.plays(board, generation),
            keyspace.added(board, generation),
        ]
        repeats = self._repeats(order)
        if repeats[0] == _KNOWN_BY_MARK:
            head_keys.append(keyspace.mark(board, generation, order.envelope.envelope_id))
        head = (
            b"%d" % order.state_version,
            generation,
            TOP_N,
            keyspace.channel,
            keyspace.folded_channel,
            str(order.envelope.envelope_id).encode(),
        )
        (keys, arguments), expired = self._packed(board, generation, order.options, order.envelope.facts, now)
        return ([*head_keys, *keys], [*head, *repeats, *arguments]), expired

    def _repeats(self, order: FoldOrder) -> tuple[bytes, bytes | int, bytes | int, bytes | int]:
        """How a repetition of the envelope is known, and what that takes."""
        if not order.adds:
            return _FORGIVEN, b"", b"", b""
        if order.page is not None:
            return _KNOWN_BY_CURSOR, order.page.number, str(order.page.cursor).encode(), b""
        accepted_at = order.accepted_at or envelope_time(order.envelope)
        since = 0 if order.since is None else _milliseconds(order.since)
        return _KNOWN_BY_MARK, _milliseconds(accepted_at), since, self._mark_milliseconds


def _result(reply: object, expired: int) -> FoldResult | Refusal:
    if reply is None:
        return Refusal.STALE
    if not isinstance(reply, list):
        return Refusal.AMBIGUOUS
    return FoldResult(reply[0], reply[1], expired)


def _milliseconds(moment: datetime) -> int:
    return int((moment - EPOCH).total_seconds() * 1000)
