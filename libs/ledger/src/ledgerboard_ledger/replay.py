"""Replay the ledger: what counts of a board or of a player, as of one snapshot.

The snapshot fixes which facts are looked at, for ever; the corrections say, at the moment of looking, which of them
count. So a page holds the same rows whenever it is read, and never one that no longer counts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg.errors import QueryCanceled
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from ledgerboard_contracts import Fact
from ledgerboard_infra.postgres import postgres_errors
from ledgerboard_ledger.counting import CONTAINED, COUNTING, STRANGE
from ledgerboard_ledger.snapshots import OtherServerError

_NOTHING: Final = UUID(int=0)

_FACT: Final = "event_id, player, score, occurred_at, level, attributes, session"

_PAGE: Final = text(f"""
    WITH page AS MATERIALIZED (
        SELECT {_FACT}, board FROM facts AS f
        WHERE board = :board AND event_id > :after AND {CONTAINED} ORDER BY event_id LIMIT :limit
    )
    SELECT {_FACT}, {COUNTING} AS counts FROM page AS f ORDER BY event_id
""")  # noqa: S608 -- constants
_IN_ORDER: Final = text("SELECT set_config('enable_sort', 'off', true), set_config('enable_bitmapscan', 'off', true)")
"""Walk along the index. A planner that knows little of a new month would sort the whole board for each page."""
_PLAYERS: Final = text(f"""
    SELECT {_FACT}, false AS is_strange FROM facts AS f
    WHERE board = :board AND player = ANY(:players) AND {CONTAINED} AND {COUNTING}
    UNION ALL (
        SELECT {_FACT}, true FROM facts AS f WHERE board = :board AND player = ANY(:players) AND {STRANGE} LIMIT 1
    )
    ORDER BY event_id
""")  # noqa: S608 -- constants
_COUNT: Final = text(f"""
    SELECT count(*) FILTER (WHERE {CONTAINED}), count(*) FILTER (WHERE {STRANGE})
    FROM facts AS f WHERE board = :board
""")  # noqa: S608 -- constants
_NEWEST: Final = text(f"""
    SELECT count(*) FILTER (WHERE {STRANGE})
    FROM (SELECT recorded_xid FROM facts WHERE board = :board ORDER BY event_id DESC LIMIT 1000) AS f
""")  # noqa: S608 -- constants
_ESTIMATE: Final = text("EXPLAIN (FORMAT JSON) SELECT FROM facts WHERE board = :board")
_AT_MOST: Final = text("SELECT set_config('statement_timeout', :milliseconds, true)")
COUNT_SECONDS: Final = 10.0
"""How long facts are counted before the planner's guess has to do."""
_CONTAINED: Final = text(f"""
    SELECT event_id, board, {STRANGE} AS is_strange FROM facts AS f
    WHERE event_id = ANY(:ids) AND ({CONTAINED} OR {STRANGE})
""")  # noqa: S608 -- constants
_RESET_AT: Final = text("SELECT max(occurred_at) FROM corrections WHERE board = :board AND kind IN ('reset', 'delete')")
_VOIDED: Final = text("""
    SELECT event_id FROM corrections WHERE kind = 'void' AND event_id = ANY(:ids)
    UNION
    SELECT facts.event_id FROM facts JOIN corrections AS erasure USING (player)
    WHERE erasure.kind = 'erase' AND facts.event_id = ANY(:ids)
""")
_ERASED: Final = text("""
    SELECT event_id FROM unnest(CAST(:ids AS uuid[]), CAST(:players AS text[])) AS told (event_id, player)
    WHERE EXISTS (
        SELECT FROM corrections AS erasure
        WHERE erasure.kind = 'erase' AND erasure.veil = veil(told.player)
        AND told.event_id < first_id_after(erasure.occurred_at)
    )
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayPage:
    """The counting ones of some consecutive facts, and the id of the last of all of them: None at the end."""

    facts: Sequence[Fact]
    cursor: UUID | None


class Replay:
    """Reads for those who draw boards from the ledger. Ask the writer endpoint: a replica may lack what is contained.

    Every method raises `UnavailableError` when PostgreSQL is down, and those that are given a snapshot, but for
    ``page``, its kind `OtherServerError` where facts were recorded by another server: no snapshot would ever hold them.
    """

    def __init__(self, engine: Engine, *, count_seconds: float = COUNT_SECONDS) -> None:
        self._engine = engine
        self._count_seconds = count_seconds

    def page(self, board: str, snapshot: str, after: UUID | None, limit: int) -> ReplayPage:
        """The first ``limit`` facts in ``snapshot`` after ``after``, by event id, without those that do not count."""
        asked = {"board": board, "snapshot": snapshot, "after": after or _NOTHING, "limit": limit}
        with postgres_errors(), self._engine.connect() as connection:
            connection.execute(_IN_ORDER)
            rows = connection.execute(_PAGE, asked).all()
        facts = [_fact(row) for row in rows if row[-1]]
        return ReplayPage(facts=facts, cursor=rows[-1][0] if rows else None)

    def count(self, board: str, snapshot: str) -> int:
        """How many facts the pages of a board will be cut from; of a board too great to count, about how many.

        Of a great board only the newest facts are looked at for whether this server recorded them.
        """
        with postgres_errors():
            count, strange = self._counted(board, snapshot) or self._guessed(board)
        if strange:
            raise OtherServerError(board)
        return count

    def _counted(self, board: str, snapshot: str) -> tuple[int, int] | None:
        """Nothing where it takes too long."""
        with self._engine.begin() as connection:
            connection.execute(_AT_MOST, {"milliseconds": str(round(self._count_seconds * 1000))})
            try:
                count, strange = connection.execute(_COUNT, {"board": board, "snapshot": snapshot}).one()
            except DBAPIError as error:
                if isinstance(error.orig, QueryCanceled):
                    return None
                raise
        return count, strange

    def _guessed(self, board: str) -> tuple[int, int]:
        with self._engine.connect() as connection:
            connection.execute(_IN_ORDER)
            strange: int = connection.execute(_NEWEST, {"board": board}).scalar_one()
            plan: Any = connection.execute(_ESTIMATE, {"board": board}).scalar_one()
        return int(plan[0]["Plan"]["Plan Rows"]), strange

    def player(self, board: str, player: str, snapshot: str) -> Sequence[Fact]:
        """A player's counting facts in ``snapshot``, by event id."""
        return self.players(board, [player], snapshot)[player]

    def players(self, board: str, players: Iterable[str], snapshot: str) -> Mapping[str, Sequence[Fact]]:
        """The counting facts of each of these players in ``snapshot``, by event id."""
        found: dict[str, list[Fact]] = {player: [] for player in players}
        asked = {"board": board, "players": list(found), "snapshot": snapshot}
        if not found:
            return found
        with postgres_errors(), self._engine.connect() as connection:
            rows = connection.execute(_PLAYERS, asked).all()
        for row in rows:
            if row.is_strange:
                raise OtherServerError(board)
            found[row.player].append(_fact(row))
        return found

    def contained(self, event_ids: Iterable[UUID], snapshot: str) -> set[UUID]:
        """Which of these events were recorded in ``snapshot``."""
        asked = {"ids": list(event_ids), "snapshot": snapshot}
        if not asked["ids"]:
            return set()
        with postgres_errors(), self._engine.connect() as connection:
            rows = connection.execute(_CONTAINED, asked).all()
        for row in rows:
            if row.is_strange:
                raise OtherServerError(row.board)
        return {row.event_id for row in rows}

    def voided(self, event_ids: Iterable[UUID]) -> set[UUID]:
        """Which of these events are recorded and count no more: voided, or of a player who was erased afterwards."""
        return self._ids(_VOIDED, {"ids": list(event_ids)})

    def erased(self, facts: Sequence[Fact]) -> set[UUID]:
        """Which of these facts, recorded or not, were accepted before their players were erased: they never count."""
        ids, players = [fact.event_id for fact in facts], [fact.player for fact in facts]
        return self._ids(_ERASED, {"ids": ids, "players": players})

    def reset_at(self, board: str) -> datetime | None:
        """What was accepted on the board up to this moment does not count. None: it was never reset."""
        with postgres_errors(), self._engine.connect() as connection:
            found: datetime | None = connection.execute(_RESET_AT, {"board": board}).scalar()
            return found

    def _ids(self, query: Any, asked: dict[str, Any]) -> set[UUID]:
        if not asked["ids"]:
            return set()
        with postgres_errors(), self._engine.connect() as connection:
            return set(connection.execute(query, asked).scalars())


def _fact(row: Any) -> Fact:
    event_id, player, score, occurred_at, level, attributes, session = row[:7]
    return Fact(
        event_id=event_id,
        player=player,
        score=score,
        occurred_at=occurred_at,
        level=level,
        attributes=attributes,
        session=session,
    )
