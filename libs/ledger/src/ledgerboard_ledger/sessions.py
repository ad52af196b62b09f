"""Sessions in PostgreSQL: opened once, closed once, by PostgreSQL's clock.

A judge holds a lock on the row while it reads the clock and the row; whoever closes takes the clock only while nobody
holds such a lock. So a session that was seen open at P closes after P, and one that closed before P is seen closed.
Of a session that has no row a judge holds the lock that openers need, so one that was unknown at P opens after P.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, TextClause, text

from ledgerboard_contracts import GameType, SeenSessions, Session, SessionRules
from ledgerboard_contracts.sessions import SessionKey
from ledgerboard_infra.postgres import postgres_errors
from ledgerboard_ledger.endpoints import Endpoints
from ledgerboard_ledger.seats import PostgresSeats, Seat

OPENING_LOCK: Final = 0x6C65_6467_6572_0006
"""One for all sessions: few open any, and a look for many that there are not would need a lock for each name."""

_WAIT_FOR_LOOKS: Final = text("SELECT pg_advisory_xact_lock(:lock)")
_WAIT_FOR_OPENERS: Final = text("SELECT pg_advisory_xact_lock_shared(:lock)")
_MOMENT: Final = text("SELECT clock_timestamp()")
_OPEN: Final = text("""
    INSERT INTO sessions (board, session, game_type, capacity, minutes, opened_at, closed_at)
    SELECT :board, :session, :game_type, :capacity, CAST(:minutes AS integer), moment.now,
        moment.now + make_interval(mins => CAST(:minutes AS integer))
    FROM (SELECT clock_timestamp() AS now) moment
    ON CONFLICT (board, session) DO NOTHING
""")
"""Without minutes, the sum is null."""

_HOLD: Final = text("SELECT FROM sessions WHERE board = :board AND session = :session FOR UPDATE")
_CLOSE: Final = text("""
    UPDATE sessions SET closed_at = greatest(clock_timestamp(), opened_at)
    WHERE board = :board AND session = :session AND (closed_at IS NULL OR closed_at > clock_timestamp())
""")
"""A statement of its own, so that the clock is read when the lock is held."""

_SEE: Final = text("""
    SELECT statement_timestamp() AS as_of, board, session, opened_at, closed_at
    FROM sessions JOIN unnest(CAST(:boards AS text[]), CAST(:sessions AS text[])) AS wanted (board, session)
        USING (board, session)
    FOR KEY SHARE OF sessions
""")
"""Waits for whoever is about to close one of them, and for nobody else; those who seat players do not wait for it."""

_KEPT: Final = """
    SELECT sessions.*, coalesce(closed_at, 'infinity') > statement_timestamp() AS is_open, (
        SELECT count(*) FROM seats
        WHERE seats.board = sessions.board AND seats.session = sessions.session AND freed_at IS NULL
    ) AS seats_taken
    FROM sessions WHERE board = :board
"""
_ONE: Final = text(f"{_KEPT} AND session = :session")
_CURRENT: Final = text(f"""
    {_KEPT} AND coalesce(closed_at, 'infinity') > statement_timestamp() ORDER BY opened_at DESC, session DESC LIMIT 1
""")
_FIRST: Final = text(f"{_KEPT} ORDER BY opened_at DESC, session DESC LIMIT :limit")
_AFTER: Final = text(f"""
    {_KEPT} AND (opened_at, session) < (
        SELECT opened_at, session FROM sessions WHERE board = :board AND session = :after
    )
    ORDER BY opened_at DESC, session DESC LIMIT :limit
""")  # noqa: S608 -- a constant made of a constant.

_SEATS: Final = text("""
    SELECT player, seated_at FROM seats
    WHERE board = :board AND session = :session AND freed_at IS NULL AND player > :after
    ORDER BY player LIMIT :limit
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptSession:
    """A session as the record has it now."""

    session: Session
    is_open: bool
    seats_taken: int


class PostgresSessions:
    """The record of sessions, as managers change it. Every method raises `UnavailableError` when PostgreSQL is down."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def open(self, board: str, session: str, rules: SessionRules) -> tuple[KeptSession, bool]:
        """The session of that name, and whether this call opened it. One that exists stays as it is."""
        values = _key(board, session) | {
            "game_type": rules.game_type.value,
            "capacity": rules.capacity,
            "minutes": rules.minutes,
        }
        with postgres_errors(), self._engine.begin() as connection:
            connection.execute(_WAIT_FOR_LOOKS, {"lock": OPENING_LOCK})
            is_new = connection.execute(_OPEN, values).rowcount > 0
            return _kept(connection.execute(_ONE, _key(board, session)).one()), is_new

    def close(self, board: str, session: str) -> KeptSession | None:
        """Close it, unless it is closed; None where there is none. Safe to repeat: the first moment stays."""
        with postgres_errors(), self._engine.begin() as connection:
            connection.execute(_HOLD, _key(board, session))
            connection.execute(_CLOSE, _key(board, session))
            return _first(connection, _ONE, _key(board, session))

    def see(self, keys: Collection[SessionKey]) -> SeenSessions:
        """One look at all of them, in one statement, and at those that are not there a second one. No lock lasts."""
        if not keys:
            return SeenSessions()
        with postgres_errors(), self._engine.connect() as connection:
            rows = connection.execution_options(isolation_level="AUTOCOMMIT").execute(_SEE, _asked(keys)).all()
        moments = [row.as_of for row in rows[:1]]
        missing = set(keys) - {(row.board, row.session) for row in rows}
        if missing:
            moment, found = self._look_for(missing)
            rows, moments = [*rows, *found], [*moments, moment]
        return SeenSessions(
            as_of=min(moments),
            closed_at={(row.board, row.session): row.closed_at for row in rows},
            opened_at={(row.board, row.session): row.opened_at for row in rows},
        )

    def _look_for(self, missing: Collection[SessionKey]) -> tuple[datetime, Sequence[Row[Any]]]:
        """Those that were opened just now, and a moment before which nobody else opened any of them."""
        with postgres_errors(), self._engine.begin() as connection:
            connection.execute(_WAIT_FOR_OPENERS, {"lock": OPENING_LOCK})
            moment: datetime = connection.execute(_MOMENT).scalar_one()
            return moment, connection.execute(_SEE, _asked(missing)).all()


class SessionsReader:
    """The record of sessions, as everybody reads it. Raises `UnavailableError` when PostgreSQL is down."""

    def __init__(self, endpoints: Endpoints) -> None:
        self._endpoints = endpoints

    def session(self, board: str, session: str) -> KeptSession | None:
        """One of them, or None."""
        return self._endpoints.ask(lambda connection: _first(connection, _ONE, _key(board, session)))

    def current(self, board: str) -> KeptSession | None:
        """The one that was opened last of those that are open, or None."""
        return self._endpoints.ask(lambda connection: _first(connection, _CURRENT, {"board": board}))

    def list(self, board: str, after: str | None, limit: int) -> Sequence[KeptSession]:
        """The newest first, from the first one behind ``after``."""
        query, asked = (_FIRST, {}) if after is None else (_AFTER, {"after": after})
        values = {"board": board, "limit": limit, **asked}
        return self._endpoints.ask(lambda connection: [_kept(row) for row in connection.execute(query, values)])

    def seats(self, board: str, session: str, after: str | None, limit: int) -> Sequence[Seat]:
        """Seats that are taken, by player, from the first one behind ``after``."""
        values = {"board": board, "session": session, "after": after or "", "limit": limit}
        return self._endpoints.ask(
            lambda connection: [
                Seat(player=row.player, seated_at=row.seated_at) for row in connection.execute(_SEATS, values)
            ]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRecord:
    """All of it, by who asks what: managers, players, and everybody."""

    sessions: PostgresSessions
    seats: PostgresSeats
    reader: SessionsReader


def session_record(writer: Engine, endpoints: Endpoints) -> SessionRecord:
    """The record behind a writer and those endpoints that read."""
    return SessionRecord(
        sessions=PostgresSessions(writer), seats=PostgresSeats(writer), reader=SessionsReader(endpoints)
    )


def _key(board: str, session: str) -> dict[str, Any]:
    return {"board": board, "session": session}


def _asked(keys: Collection[SessionKey]) -> dict[str, Any]:
    return {"boards": [board for board, _ in keys], "sessions": [session for _, session in keys]}


def _first(connection: Connection, query: TextClause, values: Mapping[str, Any]) -> KeptSession | None:
    row = connection.execute(query, values).first()
    return None if row is None else _kept(row)


def _kept(row: Row[Any]) -> KeptSession:
    rules = SessionRules(game_type=GameType(row.game_type), capacity=row.capacity, minutes=row.minutes)
    session = Session(
        board=row.board, session=row.session, rules=rules, opened_at=row.opened_at, closed_at=row.closed_at
    )
    return KeptSession(session=session, is_open=row.is_open, seats_taken=row.seats_taken)
