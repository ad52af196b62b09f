"""How a play becomes an entry of a sorted set, and back.

A view ascends by sort key: the score, negated where more is better. Equal keys are ordered by the bytes of the member:
a prefix of 8-byte order-preserving columns, the last of them the time, and then the player's id. So ties are settled
exactly, and nothing of them ever touches the score.
"""

import struct
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from ledgerboard_contracts import BoardOptions, Fact, Order, Standing

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_COLUMN: Final = struct.Struct(">Q")
_BIAS: Final = 1 << 63
"""Added to a signed number, so that the order of unsigned bytes is its order."""

_RECORD: Final = struct.Struct(">dQH")
"""One packed fact without its player: sort key, time column, length of the player's id, which follows."""


def prefix_bytes(_options: BoardOptions) -> int:
    """The length of a member's prefix on a board: 8 bytes a column. So far the time is the only column."""
    return _COLUMN.size


def direction(options: BoardOptions) -> int:
    """What a score is multiplied with to give its sort key, and the sort key to give the score."""
    return -1 if options.order is Order.DESC else 1


def pack_by_day(facts: Iterable[Fact], options: BoardOptions) -> Mapping[int, Sequence[bytes]]:
    """Each fact as the function ``fold`` reads it, by the day, in days since 1970 UTC, on which it occurred."""
    sign, pack = direction(options), _RECORD.pack
    days: defaultdict[int, list[bytes]] = defaultdict(list)
    for fact in facts:
        age = fact.occurred_at - EPOCH
        microseconds = (age.days * 86_400 + age.seconds) * 1_000_000 + age.microseconds
        player = fact.player.encode()
        days[age.days].append(pack(sign * fact.score, microseconds + _BIAS, len(player)) + player)
    return days


def read_standing(rank: int, prefix: bytes, player: str, key: bytes, options: BoardOptions) -> Standing:
    """One entry as its reader sees it. ``key`` is Redis' text of a double, which may say ``9e+15``."""
    (column,) = _COLUMN.unpack_from(prefix, len(prefix) - _COLUMN.size)
    return Standing(
        rank=rank,
        position=rank + 1,
        player=player,
        score=direction(options) * int(float(key)),
        achieved_at=EPOCH + timedelta(microseconds=column - _BIAS),
    )


def read_standings(flat: Sequence[bytes], first_rank: int, options: BoardOptions) -> tuple[Standing, ...]:
    """Consecutive entries, as member, key, member, key ... from ``first_rank`` on."""
    width = prefix_bytes(options)
    return tuple(
        read_standing(rank, member[:width], member[width:].decode(), key, options)
        for rank, (member, key) in enumerate(zip(flat[::2], flat[1::2], strict=True), first_rank)
    )
