"""What the boards must hold for an entry of a view, said from the outside: for whoever compares them with another fold.

The columns come in the order in which they order: sort key, tie-breaks, time, the event where each play is an entry of
its own, player.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from ledgerboard_boards.codec import BIAS, COLUMN_BYTES, EPOCH, EVENT_ID_BYTES, SUMS, Fold, fold_of
from ledgerboard_contracts import ALL_TIME, BoardOptions, Period, Scope, ScopeKind, Span, View, span_from_key
from ledgerboard_contracts.periods import InvalidPeriodKeyError

Column = int | datetime | UUID

_MICROSECOND: Final = timedelta(microseconds=1)


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


def view_named(board: str, view_id: str, generation: int, options: BoardOptions) -> View:
    """The view of that id. A season that the board does not have is one without bounds."""
    parts = view_id.split(":", 1)
    if parts[0] == Period.SEASON.value:
        key, parts = parts[1].partition(":")[0], parts[1].split(":", 1)
        return View(board, _season(key, options), _scope(parts[1]), generation)
    return View(board, _span(parts[0], options), _scope(parts[1]), generation)


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
