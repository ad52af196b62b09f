"""Restatements: from which snapshot a corrected player's standing was last drawn, board by board.

While one is being drawn, ``until`` is missing and history tells every fact of the player again. Whoever begins last
owns the row, so that one who began before cannot end that state under another's hands.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Engine, text

from ledgerboard_infra.postgres import postgres_errors
from ledgerboard_ledger.snapshots import Snapshots

_BANNED: Final = "(ban_id IS NOT NULL AND (unban_id IS NULL OR ban_id > unban_id))"
"""Whether a row of ``corrected`` is a ban in force."""

_NOBODY: Final = UUID(int=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedRestatement:
    """What to draw a standing from: all corrections up to ``correction_id``, the facts in ``snapshot``.

    ``hidden``: the player is banned there now, so that nothing is to be drawn.
    """

    correction_id: UUID
    snapshot: str
    hidden: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPlayer:
    """What the ledger knows of a player on one board who was corrected, or restated without (then the id is all 0).

    ``snapshot`` and ``until`` are those of the last restatement.
    """

    correction_id: UUID
    hidden: bool
    snapshot: str | None
    until: datetime | None


# A player who was erased is kept under their veil, and so is everything about them from then on.
_KNOWN: Final = f"""
    SELECT asked.player,
        (array_agg(corrected.correction_id ORDER BY corrected.correction_id DESC))[1] AS correction_id,
        bool_or({_BANNED}) AS hidden,
        bool_or(length(corrected.player) > 64) AS veiled
    FROM unnest(CAST(:players AS text[])) AS asked (player)
    JOIN corrected ON corrected.player IN (asked.player, veil(asked.player)) AND corrected.board IN ('', :board)
    GROUP BY asked.player
"""  # noqa: S608 -- constants
_OF: Final = text(f"""
    SELECT told.player, coalesce(known.correction_id, restated.correction_id), coalesce(known.hidden, false),
        restated.snapshot, restated.until
    FROM unnest(CAST(:players AS text[])) AS told (player) LEFT JOIN ({_KNOWN}) AS known USING (player)
    LEFT JOIN restated
    ON restated.board = :board AND restated.player = CASE WHEN veiled THEN veil(told.player) ELSE told.player END
    WHERE known.player IS NOT NULL OR restated.player IS NOT NULL
""")  # noqa: S608 -- constants
_BEGIN: Final = text(f"""
    WITH known AS ({_KNOWN}), asked AS (SELECT unnest(CAST(:players AS text[])) AS player)
    INSERT INTO restated AS row (player, board, correction_id)
    SELECT CASE WHEN veiled THEN veil(asked.player) ELSE asked.player END, :board, coalesce(correction_id, :nobody)
    FROM asked LEFT JOIN known USING (player)
    ON CONFLICT (player, board) DO UPDATE
    SET correction_id = excluded.correction_id, opens = row.opens + 1, snapshot = NULL, until = NULL
    RETURNING player, correction_id, opens
""")  # noqa: S608 -- constants
_SNAPSHOT: Final = text("""
    UPDATE restated SET snapshot = :snapshot WHERE player = :player AND board = :board AND opens = :opens
""")
_END: Final = text("""
    UPDATE restated SET until = greatest(until, :until)
    WHERE player IN (:player, veil(:player)) AND board = :board
    AND correction_id = :correction_id AND snapshot = :snapshot
""")
_BANNED_PAGE: Final = text(f"""
    WITH banned AS MATERIALIZED (
        SELECT player, (array_agg(correction_id ORDER BY correction_id DESC))[1] AS correction_id FROM corrected
        WHERE board IN ('', :board) AND {_BANNED} AND player > :after GROUP BY player ORDER BY player LIMIT :limit
    )
    SELECT player, correction_id,
        (SELECT true FROM facts WHERE facts.board = :board AND facts.player = banned.player LIMIT 1) AS plays
    FROM banned ORDER BY player
""")  # noqa: S608 -- constants
_BY_INDEX: Final = text(
    "SELECT set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true)"
)
"""Look for each player. Where many are banned, a planner would rather read all facts of the board."""
PAGE_PLAYERS: Final = 5_000
"""Banned players that one statement looks for: it must end in time, however many there are."""


class Restatements:
    """The record of restatements. Every method raises `UnavailableError` when PostgreSQL is down. Thread-safe."""

    def __init__(self, engine: Engine, snapshots: Snapshots | None = None, *, page_players: int = PAGE_PLAYERS) -> None:
        self._engine = engine
        self._page_players = page_players
        self._snapshots = snapshots or Snapshots(engine)

    def open(self, board: str, player: str) -> OpenedRestatement:
        """Begin to draw the player's standing anew. Waits for older writers; safe to repeat and to race."""
        while True:
            with postgres_errors():
                key, correction_id, opens = self._begin(board, player)
                snapshot = self._snapshots.after_all_writers()
                mine = {"player": key, "board": board, "opens": opens, "snapshot": snapshot}
                with self._engine.begin() as connection:
                    is_mine = connection.execute(_SNAPSHOT, mine).rowcount == 1
            if is_mine:
                known = self.of(board, [player]).get(player)
                hidden = known is not None and known.hidden
                return OpenedRestatement(correction_id=correction_id, snapshot=snapshot, hidden=hidden)

    def opened(self, board: str, player: str, correction_id: UUID, snapshot: str, until: datetime) -> bool:
        """The boards show it since ``until`` at the latest. False: somebody else began since, and will say so."""
        asked = {"board": board, "player": player, "correction_id": correction_id, "snapshot": snapshot, "until": until}
        with postgres_errors(), self._engine.begin() as connection:
            return connection.execute(_END, asked).rowcount == 1

    def of(self, board: str, players: Iterable[str]) -> Mapping[str, KnownPlayer]:
        """What is known of those among the players who were corrected or restated on this board."""
        rows = self._ask(_OF, board, players)
        return {
            player: KnownPlayer(correction_id=correction_id, hidden=hidden, snapshot=snapshot, until=until)
            for player, correction_id, hidden, snapshot, until in rows
        }

    def newest(self, board: str, players: Iterable[str]) -> Mapping[str, UUID]:
        """The newest correction of each player whom one concerns on this board."""
        return {
            player: known.correction_id
            for player, known in self.of(board, players).items()
            if known.correction_id != _NOBODY
        }

    def hidden(self, board: str) -> Mapping[str, UUID]:
        """The players with facts on the board who are banned there now, and their newest correction."""
        found: dict[str, UUID] = {}
        after: str | None = ""
        while after is not None:
            page, after = self._banned(board, after)
            found.update(page)
        return found

    def _banned(self, board: str, after: str) -> tuple[Mapping[str, UUID], str | None]:
        """Those of the next banned players who have facts on the board, and whom to go on after."""
        asked = {"board": board, "after": after, "limit": self._page_players}
        with postgres_errors(), self._engine.connect() as connection:
            connection.execute(_BY_INDEX)
            rows = connection.execute(_BANNED_PAGE, asked).all()
        last = rows[-1].player if len(rows) == self._page_players else None
        return {row.player: row.correction_id for row in rows if row.plays}, last

    def _begin(self, board: str, player: str) -> tuple[str, UUID, int]:
        asked = {"board": board, "players": [player], "nobody": _NOBODY}
        with self._engine.begin() as connection:
            key, correction_id, opens = connection.execute(_BEGIN, asked).one()
        return key, correction_id, opens

    def _ask(self, query: Any, board: str, players: Iterable[str]) -> Iterable[Any]:
        asked = list(players)
        if not asked:
            return ()
        with postgres_errors(), self._engine.connect() as connection:
            return connection.execute(query, {"board": board, "players": asked}).all()
