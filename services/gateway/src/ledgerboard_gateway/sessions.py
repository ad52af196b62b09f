"""Put together what sessions and seats take. Bootstrap brings the record."""

from typing import Protocol

from ledgerboard_gateway.http import seat_routes, session_routes
from ledgerboard_gateway.http.game_routes import GameRoutes
from ledgerboard_gateway.http.seat_routes import Bans, SeatRoutes, Seats
from ledgerboard_gateway.http.session_routes import Definitions, SessionRoutes, Sessions
from ledgerboard_infra.clock import Clock
from ledgerboard_infra.ids import new_uuid7


class Reader(session_routes.Reader, seat_routes.Reader, Protocol):
    """The record of sessions and seats, for both of its users."""


class Record(Protocol):
    """The record of sessions and seats, by who asks what of it."""

    @property
    def sessions(self) -> Sessions:
        """For managers."""
        ...

    @property
    def seats(self) -> Seats:
        """For players."""
        ...

    @property
    def reader(self) -> Reader:
        """For everybody."""
        ...


def game_routes(definitions: Definitions, record: Record, bans: Bans, clock: Clock) -> GameRoutes:
    """The routes. Opens nothing."""
    return GameRoutes(
        sessions=SessionRoutes(definitions, record.sessions, record.reader, lambda: str(new_uuid7(clock.now()))),
        seats=SeatRoutes(record.seats, record.reader, bans, clock),
    )
