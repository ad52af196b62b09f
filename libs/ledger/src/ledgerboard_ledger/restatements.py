"""Restatements: from which snapshot a corrected player's standing was last drawn, board by board.

While one is being drawn, ``until`` is missing and history tells every fact of the player again. Whoever begins last
owns the row, so that one who began before cannot end that state under another's hands.

Many players of a board are opened, and noted, in as many statements as one. Rows are locked in the order of their keys.
"""

from collections.abc import Iterable, Mapping, Sequence
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
class DrawnRestatement:
    """A standing of ``player`` that the boards show since ``until`` at the latest, and what it was drawn from."""

    player: str
    correction_id: UUID
    snapshot: str
    until: datetime


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
    WITH known AS ({_KNOWN}), asked AS (
        SELECT told.player, CASE WHEN veiled THEN veil(told.player) ELSE told.player END AS key,
            coalesce(correction_id, :nobody) AS correction_id
        FROM unnest(CAST(:players AS text[])) AS told (player) LEFT JOIN known USING (player)
    ), begun AS (
        INSERT INTO restated AS row (player, board, correction_id)
        SELECT key, :board, correction_id FROM asked ORDER BY key
        ON CONFLICT (player, board) DO UPDATE
        SET correction_id = excluded.correction_id, opens = row.opens + 1, snapshot = NULL, until = NULL
        RETURNING player, correction_id, opens
    )
    SELECT asked.player, begun.player AS key, begun.correction_id, begun.opens
    FROM begun JOIN asked ON asked.key = begun.player
""")  # noqa: S608 -- constants
_SNAPSHOT: Final = text("""
    WITH mine AS (
        SELECT restated.player, restated.opens
        FROM unnest(CAST(:keys AS text[]), CAST(:opens AS integer[])) AS begun (player, opens)
        JOIN restated ON restated.player = begun.player AND restated.board = :board AND restated.opens = begun.opens
        ORDER BY restated.player FOR UPDATE OF restated
    )
    UPDATE restated SET snapshot = :snapshot FROM mine
    WHERE restated.player = mine.player AND restated.board = :board AND restated.opens = mine.opens
    RETURNING restated.player
""")
_END: Final = text("""
    WITH drawn AS (
        SELECT * FROM unnest(CAST(:players AS text[]), CAST(:ids AS uuid[]), CAST(:snapshots AS text[]),
            CAST(:untils AS timestamptz[])) AS told (player, correction_id, snapshot, until)
    ), keyed AS MATERIALIZED (
        SELECT player AS key, * FROM drawn UNION ALL SELECT veil(player), * FROM drawn
    ), mine AS (
        SELECT keyed.player AS name, keyed.until, restated.player, restated.opens
        FROM keyed JOIN restated ON restated.player = keyed.key AND restated.board = :board
            AND restated.correction_id = keyed.correction_id AND restated.snapshot = keyed.snapshot
        ORDER BY restated.player FOR UPDATE OF restated
    )
    UPDATE restated SET until = greatest(restated.until, mine.until) FROM mine
    WHERE restated.player = mine.player AND restated.board = :board AND restated.opens = mine.opens
    RETURNING mine.name
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
        return self.open_many(board, [player])[player]

    def open_many(self, board: str, players: Iterable[str]) -> Mapping[str, OpenedRestatement]:
        """Begin to draw the standings of all these players anew, with one wait for older writers.

        Those whom somebody else begins meanwhile are begun once more, so snapshots may differ between players. Raises
        `UnendedError` where a transaction that wrote facts does not end.
        """
        found: dict[str, OpenedRestatement] = {}
        missing = sorted(set(players))
        while missing:
            with postgres_errors():
                begun = self._begin(board, missing)
                snapshot = self._snapshots.after_all_writers()
                mine = self._keep(board, begun, snapshot)
            known = self.of(board, mine)
            found |= {
                player: OpenedRestatement(
                    correction_id=correction_id, snapshot=snapshot, hidden=player in known and known[player].hidden
                )
                for player, correction_id in mine.items()
            }
            missing = [player for player in missing if player not in mine]
        return found

    def opened(self, board: str, player: str, correction_id: UUID, snapshot: str, until: datetime) -> bool:
        """The boards show it since ``until`` at the latest. False: somebody else began since, and will say so."""
        drawn = DrawnRestatement(player=player, correction_id=correction_id, snapshot=snapshot, until=until)
        return bool(self.opened_many(board, [drawn]))

    def opened_many(self, board: str, drawn: Sequence[DrawnRestatement]) -> frozenset[str]:
        """The boards show all of these. Returns the players of whom nobody else began a restatement since."""
        if not drawn:
            return frozenset()
        asked = {
            "board": board,
            "players": [each.player for each in drawn],
            "ids": [each.correction_id for each in drawn],
            "snapshots": [each.snapshot for each in drawn],
            "untils": [each.until for each in drawn],
        }
        with postgres_errors(), self._engine.begin() as connection:
            return frozenset(connection.execute(_END, asked).scalars())

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

    def _begin(self, board: str, players: Sequence[str]) -> Sequence[Any]:
        """A row a player: their name, the key of their row, the newest correction, and how often it was opened."""
        asked = {"board": board, "players": players, "nobody": _NOBODY}
        with self._engine.begin() as connection:
            return connection.execute(_BEGIN, asked).all()

    def _keep(self, board: str, begun: Sequence[Any], snapshot: str) -> Mapping[str, UUID]:
        """Note the snapshot for those whom nobody else began since, and return their newest corrections."""
        asked = {
            "board": board,
            "keys": [row.key for row in begun],
            "opens": [row.opens for row in begun],
            "snapshot": snapshot,
        }
        with self._engine.begin() as connection:
            mine = set(connection.execute(_SNAPSHOT, asked).scalars())
        return {row.player: row.correction_id for row in begun if row.key in mine}

    def _ask(self, query: Any, board: str, players: Iterable[str]) -> Iterable[Any]:
        asked = list(players)
        if not asked:
            return ()
        with postgres_errors(), self._engine.connect() as connection:
            return connection.execute(query, {"board": board, "players": asked}).all()
