"""Seats in PostgreSQL: never more taken than a session has.

Whoever takes a seat holds the session's row while they count the others; a seat that is freed only makes the count too
careful. Seats are stamped by the clock that stamps scores, since the two are compared: the end of a play frees the seat
in which it was played, and none that the player took anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import Engine, and_, bindparam, func, select, text

from ledgerboard_contracts import GameType
from ledgerboard_infra.postgres import postgres_errors
from ledgerboard_ledger.session_tables import seats

_HOLD: Final = text("""
    SELECT capacity, game_type, coalesce(closed_at, 'infinity') > clock_timestamp() AS is_open
    FROM sessions WHERE board = :board AND session = :session FOR NO KEY UPDATE
""")
_of_session: Final = and_(seats.c.board == bindparam("board"), seats.c.session == bindparam("session"))
_FIND: Final = select(seats.c.player, seats.c.seated_at, seats.c.freed_at).where(
    _of_session, seats.c.player == bindparam("player")
)
_TAKEN: Final = select(func.count()).select_from(seats).where(_of_session, seats.c.freed_at.is_(None))
_TAKE: Final = text("""
    INSERT INTO seats (board, session, player, seated_at) VALUES (:board, :session, :player, :at)
    ON CONFLICT (board, session, player) DO UPDATE
        SET seated_at = greatest(excluded.seated_at, seats.freed_at + interval '1 microsecond'), freed_at = NULL
    RETURNING player, seated_at
""")
"""Later than whatever freed the former seat, also where two gateways' clocks differ: so that it frees nothing again."""

_FREE: Final = text("""
    UPDATE seats SET freed_at = greatest(:at, seated_at)
    WHERE board = :board AND session = :session AND player = :player AND freed_at IS NULL
""")
_END: Final = text("""
    WITH ended AS (
        SELECT board, session, player, max(at) AS at
        FROM unnest(
            CAST(:boards AS text[]), CAST(:sessions AS text[]), CAST(:players AS text[]), CAST(:ats AS timestamptz[])
        ) AS each (board, session, player, at)
        GROUP BY board, session, player
    ), due AS MATERIALIZED (
        SELECT board, session, player, ended.at
        FROM seats JOIN ended USING (board, session, player)
        WHERE freed_at IS NULL AND seated_at <= ended.at
        ORDER BY board, session, player FOR NO KEY UPDATE OF seats
    )
    UPDATE seats SET freed_at = due.at FROM due
    WHERE seats.board = due.board AND seats.session = due.session AND seats.player = due.player
""")
"""Locked in the order of their keys, so that two of these never wait for each other."""


class Seating(StrEnum):
    """What became of a wish for a seat."""

    SEATED = "seated"
    ALREADY_SEATED = "already_seated"
    UNKNOWN_SESSION = "unknown_session"
    SESSION_CLOSED = "session_closed"
    NO_SEATS = "no_seats"
    CANNOT_PLAY = "cannot_play"
    """The player had the single trial that the session gives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A seat that a player has."""

    player: str
    seated_at: datetime


@dataclass(frozen=True, slots=True)
class Allocation:
    """What became of it, and the seat that the player has now, if any."""

    seating: Seating
    seat: Seat | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """The end of a player's play in a session, as of the moment at which it was accepted."""

    board: str
    session: str
    player: str
    at: datetime


class PostgresSeats:
    """The record of seats. Every method is safe to repeat and raises `UnavailableError` when PostgreSQL is down."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def allocate(self, board: str, session: str, player: str, at: datetime) -> Allocation:
        """Seat the player. One who is seated keeps the seat, also when the session has closed since."""
        values = {"board": board, "session": session, "player": player, "at": at}
        with postgres_errors(), self._engine.begin() as connection:
            held = connection.execute(_HOLD, values).first()
            if held is None:
                return Allocation(Seating.UNKNOWN_SESSION)
            before = connection.execute(_FIND, values).first()
            if before is not None and before.freed_at is None:
                return Allocation(Seating.ALREADY_SEATED, Seat(player=before.player, seated_at=before.seated_at))
            if not held.is_open:
                return Allocation(Seating.SESSION_CLOSED)
            if before is not None and held.game_type == GameType.SINGLE_TRIAL:
                return Allocation(Seating.CANNOT_PLAY)
            if connection.execute(_TAKEN, values).scalar_one() >= held.capacity:
                return Allocation(Seating.NO_SEATS)
            taken = connection.execute(_TAKE, values).one()
            return Allocation(Seating.SEATED, Seat(player=taken.player, seated_at=taken.seated_at))

    def free(self, board: str, session: str, player: str, at: datetime) -> bool:
        """Free the player's seat. Returns whether they had one."""
        values = {"board": board, "session": session, "player": player, "at": at}
        with postgres_errors(), self._engine.begin() as connection:
            return connection.execute(_FREE, values).rowcount > 0

    def end(self, endings: Sequence[Ending]) -> int:
        """Free the seats in which these were played, and return how many that were.

        A seat that was taken after its ending stays, so an ending may come late and again.
        """
        values = {
            "boards": [each.board for each in endings],
            "sessions": [each.session for each in endings],
            "players": [each.player for each in endings],
            "ats": [each.at for each in endings],
        }
        with postgres_errors(), self._engine.begin() as connection:
            return connection.execute(_END, values).rowcount
