"""What the boards must hold for an entry of a view, said from the outside: for whoever compares them with another fold.

The columns come in the order in which they order: sort key, tie-breaks, time, the event where each play is an entry of
its own, player.
"""

import struct
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from ledgerboard_boards.codec import BIAS, COLUMN_BYTES, EPOCH, EVENT_ID_BYTES, SUMS, Fold, fold_of, prefix_bytes
from ledgerboard_contracts import ALL_TIME, BoardOptions, Period, Scope, ScopeKind, Span, View, span_from_key
from ledgerboard_contracts.periods import InvalidPeriodKeyError

Column = int | datetime | UUID

LevelPlay = tuple[str, int, datetime]
"""A play that decides on a level, the best or the first one there: the level, the sort key, the time."""

_MICROSECOND: Final = timedelta(microseconds=1)
_ZEROS_ALONE: Final = b"\0"
_LENGTH: Final = struct.Struct(">H")
_PLAY: Final = struct.Struct(">d8s")


def place_of(
    key: int, columns: Sequence[Column], player: str, options: BoardOptions, scope: Scope
) -> tuple[float, bytes]:
    """The sort key and the member of an entry. A sum beyond what a double holds leaves a residue."""
    nearest = float(key)
    residue = [key - int(nearest)] if fold_of(options, scope) in SUMS else []
    return nearest, b"".join(map(_bytes_of, [*residue, *columns])) + player.encode()


def entry_id(member: bytes, player: str, options: BoardOptions, scope: Scope) -> bytes:
    """What stays the same of an entry whose score changes: its player and, where each play is an entry, the event."""
    width = EVENT_ID_BYTES if fold_of(options, scope) is Fold.PLAYS else 0
    return member[-width - len(player.encode()) :]


def value_of(
    member: bytes, remembered: Sequence[UUID | LevelPlay | Literal[0]], options: BoardOptions, scope: Scope
) -> bytes:
    """What the hash beside the set must hold of a player: the prefix of ``member``, then what the fold remembers.

    That is the event of a latest play; 0 of a total of which every play is 0; and the plays that decide on the levels
    where their bests are added up. Where each play is an entry, ``member`` is the player's first one.
    """
    prefix = member[: prefix_bytes(options, scope)]
    parts = sorted(map(_memory_of, remembered), key=_by_level)
    return prefix + b"".join(parts)


def in_order(value: bytes, options: BoardOptions, scope: Scope) -> bytes:
    """A value of the hash in the order of `value_of`: levels stand there as they come. A broken one stays as it is."""
    if fold_of(options, scope) is not Fold.LEVELS:
        return value
    width = prefix_bytes(options, scope)
    parts, offset = list[bytes](), width
    while offset < len(value):
        if offset + _LENGTH.size > len(value):
            return value
        end = offset + _LENGTH.size + int(_LENGTH.unpack_from(value, offset)[0]) + _PLAY.size
        parts.append(value[offset:end])
        offset = end
    parts.sort(key=_by_level)
    return value[:width] + b"".join(parts)


def view_named(board: str, view_id: str, generation: int, options: BoardOptions) -> View:
    """The view of that id. A season that the board does not have is one without bounds."""
    parts = view_id.split(":", 1)
    if parts[0] == Period.SEASON.value:
        key, parts = parts[1].partition(":")[0], parts[1].split(":", 1)
        return View(board, _season(key, options), _scope(parts[1]), generation)
    return View(board, _span(parts[0], options), _scope(parts[1]), generation)


def _memory_of(remembered: UUID | LevelPlay | Literal[0]) -> bytes:
    if isinstance(remembered, UUID):
        return remembered.bytes
    if isinstance(remembered, int):
        return _ZEROS_ALONE
    level, key, time = remembered
    return _LENGTH.pack(len(level.encode())) + level.encode() + _PLAY.pack(float(key), _bytes_of(time))


def _by_level(part: bytes) -> tuple[bytes, bytes]:
    return part[_LENGTH.size : -_PLAY.size], part


def _bytes_of(column: Column) -> bytes:
    if isinstance(column, UUID):
        return column.bytes
    number = (column - EPOCH) // _MICROSECOND if isinstance(column, datetime) else column
    return (number + BIAS).to_bytes(COLUMN_BYTES, "big")


def _season(key: str, options: BoardOptions) -> Span:
    try:
        return span_from_key(Period.SEASON, key, options.calendar)
    except InvalidPeriodKeyError:
        return Span(Period.SEASON, f"{Period.SEASON.value}:{key}", None, None)


def _span(key: str, options: BoardOptions) -> Span:
    if key == ALL_TIME.key:
        return ALL_TIME
    period = Period.WEEK if "W" in key else Period.MONTH if key.count("-") == 1 else Period.DAY
    return span_from_key(period, key, options.calendar)


def _scope(key: str) -> Scope:
    kind, _, name = key.partition(":")
    return Scope(ScopeKind(kind), name)
