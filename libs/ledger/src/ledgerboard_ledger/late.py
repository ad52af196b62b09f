"""Late facts: which of a batch must be told to the boards again, since they may have been drawn without it.

It asks after the inserts, in a statement of its own. By then the transaction has its number; so either a snapshot was
taken after it ended, and holds its facts, or it sees the row that announced the snapshot.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection

from ledgerboard_contracts import Fact, FactEnvelope, event_time
from ledgerboard_ledger.renaming import Erased
from ledgerboard_ledger.rows import FactRow, RejectionRow

_ALWAYS: Final = datetime.max.replace(tzinfo=UTC)
_EARLIEST: Final = datetime.min.replace(tzinfo=UTC)

_SUSPECTS: Final = """
    SELECT 'board', board, CASE WHEN state <> 'opening' THEN until END FROM generations
    WHERE board = ANY(%b::text[]) AND (state = 'opening' OR state IN ('building', 'live') AND until >= %b::timestamptz)
    UNION ALL
    SELECT DISTINCT 'player', player, NULL::timestamptz FROM corrected WHERE player = ANY(%b::text[])
    UNION ALL
    SELECT DISTINCT 'player', player, NULL::timestamptz FROM restated
    WHERE player = ANY(%b::text[]) AND (until IS NULL OR until >= %b::timestamptz)
    UNION ALL
    SELECT 'veil', '', NULL WHERE EXISTS (
        SELECT FROM corrections WHERE kind = 'erase' AND recorded_at >= %b::timestamptz - interval '1 hour'
    ) OR EXISTS (
        SELECT FROM restated WHERE length(player) > 64 AND (until IS NULL OR until >= %b::timestamptz)
    )
"""
"""Usually nobody: four looks into small tables. Erased players are known by their veils only, which cost a digest a
player; so they are looked for while an erasure is young, or a fact is old."""

_PAIRS: Final = """
    SELECT told.board, told.player, coalesce(newest.hidden, false) OR restated.until IS NULL
        OR coalesce(restated.correction_id < newest.correction_id, false),
        restated.until, erasure.player, erasure.occurred_at
    FROM unnest(%b::text[], %b::text[]) AS told (board, player)
    CROSS JOIN LATERAL (
        SELECT (array_agg(correction_id ORDER BY correction_id DESC))[1] AS correction_id,
            bool_or(ban_id IS NOT NULL AND (unban_id IS NULL OR ban_id > unban_id)) AS hidden
        FROM corrected WHERE player IN (told.player, veil(told.player)) AND board IN ('', told.board)
    ) AS newest
    LEFT JOIN LATERAL (
        SELECT player, occurred_at FROM corrections WHERE kind = 'erase' AND veil = veil(told.player)
        ORDER BY correction_id DESC LIMIT 1
    ) AS erasure ON true
    LEFT JOIN restated ON restated.board = told.board
        AND restated.player = CASE WHEN erasure.player IS NULL THEN told.player ELSE veil(told.player) END
    WHERE newest.correction_id IS NOT NULL OR restated.player IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Horizons:
    """Up to when a fact may have been accepted without the boards knowing it: by board, and by board and player."""

    boards: Mapping[str, datetime]
    players: Mapping[tuple[str, str], datetime]
    erased: Mapping[str, Erased]

    def late(self, envelopes: Iterable[FactEnvelope]) -> Sequence[FactEnvelope]:
        """The envelopes with their late facts only, without those that have none."""
        if not self.boards and not self.players:
            return ()
        parts = (
            replace(each, facts=tuple(fact for fact in each.facts if self._is_late(each.board, fact)))
            for each in envelopes
        )
        return tuple(part for part in parts if part.facts)

    def _is_late(self, board: str, fact: Fact) -> bool:
        horizons = self.boards.get(board), self.players.get((board, fact.player))
        return any(until is not None and event_time(fact.event_id) <= until for until in horizons)


_NONE: Final = Horizons({}, {}, {})


def horizons(connection: Connection, facts: Sequence[FactRow], refused: Sequence[RejectionRow], words: str) -> Horizons:
    """What concerns these rows, which are in the order of their ids. One round trip, unless it finds somebody."""
    oldest = min((event_time(rows[0][0]) for rows in (facts, refused) if rows), default=None)
    if oldest is None:
        return _NONE
    boards = list({row[1] for row in facts})
    players = list({row[3] for row in facts} | {row[3] for row in refused})
    asked = (boards, oldest, players, players, oldest, oldest, oldest)
    rows = connection.exec_driver_sql(words + _SUSPECTS, asked).all()
    if not rows:
        return _NONE
    known = greatest((name, until) for kind, name, until in rows if kind == "board")
    suspects = {name for kind, name, _ in rows if kind == "player"}
    if any(kind == "veil" for kind, _, _ in rows):
        suspects = set(players)
    pairs = {(row[1], row[3]) for row in facts if row[3] in suspects}
    pairs |= {(row[1], row[3]) for row in refused if row[3] in suspects}
    return _horizons_of_players(connection, known, sorted(pairs), words)


def greatest(standing: Iterable[tuple[str, datetime | None]]) -> Mapping[str, datetime]:
    """For each board the last moment at which one of its generations may have been drawn; None stands for always.

    A board has two rows while it is rebuilt: the one that readers see, and the next. A fact that is late for either is
    late, in whatever order the rows come.
    """
    known: dict[str, datetime] = {}
    for board, until in standing:
        known[board] = max(known.get(board, _EARLIEST), until or _ALWAYS)
    return known


def _horizons_of_players(
    connection: Connection, boards: Mapping[str, datetime], pairs: Sequence[tuple[str, str]], words: str
) -> Horizons:
    if not pairs:
        return Horizons(boards, {}, {})
    arrays = tuple(list(column) for column in zip(*pairs, strict=True))
    players: dict[tuple[str, str], datetime] = {}
    erased: dict[str, Erased] = {}
    for board, player, always, until, name, erased_at in connection.exec_driver_sql(words + _PAIRS, arrays):
        players[board, player] = _ALWAYS if always else until
        if name is not None:
            erased[player] = Erased(name, erased_at)
    return Horizons(boards, players, erased)
