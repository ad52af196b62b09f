"""What the ledger holds in the end, read straight from its tables, and the fold of it that every board must equal.

The fold shares nothing with the services: it is the definition of each policy, written down once more.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import psycopg

from benchmarks.chaos.record import SERIAL

_FACTS: Final = """
    SELECT event_id, board, player, score, occurred_at, (attributes->>%s)::bigint FROM facts
    WHERE board LIKE 'chaos-%%'
"""
_CORRECTIONS: Final = "SELECT correction_id, kind, player, event_id FROM corrections ORDER BY correction_id"


@dataclass(frozen=True, slots=True)
class Row:
    """One fact."""

    event_id: str
    board: str
    player: str
    score: int
    occurred_at: datetime
    serial: int


@dataclass(frozen=True, slots=True)
class Ledger:
    """All facts of the run, and what corrections say of them."""

    rows: tuple[Row, ...]
    corrections: frozenset[str]
    voided: frozenset[str]
    banned: frozenset[str]

    @property
    def counting(self) -> Iterable[Row]:
        """The facts that still count."""
        return (row for row in self.rows if row.event_id not in self.voided and row.player not in self.banned)


def read_ledger(url: str) -> Ledger:
    """The whole of it, in one snapshot."""
    with psycopg.connect(url) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        rows = tuple(Row(str(event), *others) for event, *others in connection.execute(_FACTS, (SERIAL,)))
        corrections = connection.execute(_CORRECTIONS).fetchall()
    banned: set[str] = set()
    for _, kind, player, _ in corrections:
        {"ban": banned.add, "unban": banned.discard}.get(kind, _nothing)(player)
    voided = frozenset(str(event) for _, kind, _, event in corrections if kind == "void")
    return Ledger(rows, frozenset(str(found) for found, *_ in corrections), voided, frozenset(banned))


def fold(rows: Iterable[Row], options: dict[str, Any]) -> list[tuple[str, int]]:
    """Player and score of every place of a board, over all time, best first."""
    sign = 1 if options.get("order") == "asc" else -1
    if options["policy"] == "plays":
        ordered = sorted(rows, key=lambda row: (sign * row.score, row.occurred_at, row.event_id, row.player.encode()))
        return [(row.player, row.score) for row in ordered]
    plays: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        plays[row.player].append(row)
    places = [(*_entry(own, options["policy"], sign), player.encode(), player) for player, own in plays.items()]
    return [(player, sign * key) for key, _, _, player in sorted(places)]


def _entry(plays: list[Row], policy: str, sign: int) -> tuple[int, datetime]:
    """Sort key and moment of a player's one entry."""
    if policy == "total":
        changes = [row.occurred_at for row in plays if row.score]
        reached = max(changes) if changes else min(row.occurred_at for row in plays)
        return sign * sum(row.score for row in plays), reached
    if policy == "latest":
        last = max(plays, key=lambda row: (row.occurred_at, row.event_id))
        return sign * last.score, last.occurred_at
    return min((sign * row.score, row.occurred_at) for row in plays)


def _nothing(_: object) -> None:
    """Other corrections do not ban."""
