"""How a play becomes an entry of a sorted set, and back.

A view ascends by sort key: the score, negated where more is better. Equal keys are ordered by the bytes of the member:
a prefix of 8-byte order-preserving columns and then the player's id. So ties are settled exactly, and nothing of them
ever touches the score. What the columns are depends on what an entry of the view is:

- one play of the player (``best``, ``latest``): the tie-breaks, the time;
- every play for itself (``plays``): the tie-breaks, the time, the event id;
- a sum (``total``, ``levels``): the residue, the time. A sum may exceed the integers that a double holds. Its sort key
  is then the nearest double, and the residue what is missing to the sum: the pair is exact and sorts as the sum does.
"""

import struct
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from ledgerboard_contracts import WHOLE_BOARD, BoardOptions, Order, Policy, Scope, ScopeKind, Standing

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
COLUMN_BYTES: Final = 8
EVENT_ID_BYTES: Final = 16
BIAS: Final = 1 << 63
"""Added to a signed number, so that the order of unsigned bytes is its order."""

_COLUMN: Final = struct.Struct(">Q")


class Fold(StrEnum):
    """What a view makes of its plays: what its board's policy says, or the sum of the best ones of the levels."""

    BEST = "best"
    LATEST = "latest"
    TOTAL = "total"
    PLAYS = "plays"
    LEVELS = "levels"


SUMS: Final = frozenset({Fold.TOTAL, Fold.LEVELS})
_OF_POLICY: Final = {policy: Fold(policy.value) for policy in Policy}


def fold_of(options: BoardOptions, scope: Scope = WHOLE_BOARD) -> Fold:
    """What the views of ``scope`` make of their plays."""
    return Fold.LEVELS if scope.kind is ScopeKind.LEVELS else _OF_POLICY[options.policy]


def prefix_bytes(options: BoardOptions, scope: Scope = WHOLE_BOARD) -> int:
    """The length of a member's prefix in the views of ``scope``.

    In the hash beside the set, a player's prefix may be followed by what the fold remembers; a reader cuts that off.
    """
    fold = fold_of(options, scope)
    if fold in SUMS:
        return 2 * COLUMN_BYTES
    plain = COLUMN_BYTES * (len(options.ties) + 1)
    return plain + EVENT_ID_BYTES if fold is Fold.PLAYS else plain


def direction(options: BoardOptions) -> int:
    """What a score is multiplied with to give its sort key, and the sort key to give the score."""
    return -1 if options.order is Order.DESC else 1


def read_standing(
    rank: int, prefix: bytes, player: str, key: bytes, options: BoardOptions, scope: Scope = WHOLE_BOARD
) -> Standing:
    """One entry as its reader sees it. ``key`` is Redis' text of a double, which may say ``9e+15``."""
    fold = fold_of(options, scope)
    time_at = len(prefix) - COLUMN_BYTES - (EVENT_ID_BYTES if fold is Fold.PLAYS else 0)
    residue = _number(prefix, 0) if fold in SUMS else 0
    return Standing(
        rank=rank,
        position=rank + 1,
        player=player,
        score=direction(options) * (int(float(key)) + residue),
        achieved_at=EPOCH + timedelta(microseconds=_number(prefix, time_at)),
    )


def read_standings(
    flat: Sequence[bytes], first_rank: int, options: BoardOptions, scope: Scope = WHOLE_BOARD
) -> tuple[Standing, ...]:
    """Consecutive entries, as member, key, member, key ... from ``first_rank`` on."""
    width = prefix_bytes(options, scope)
    return tuple(
        read_standing(rank, member[:width], member[width:].decode(), key, options, scope)
        for rank, (member, key) in enumerate(zip(flat[::2], flat[1::2], strict=True), first_rank)
    )


def _number(prefix: bytes, offset: int) -> int:
    column: int = _COLUMN.unpack_from(prefix, offset)[0]
    return column - BIAS
