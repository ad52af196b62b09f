"""All routes about sessions and seats, in one place."""

from dataclasses import dataclass
from typing import Final

from ledgerboard_gateway.http.operations import Operation
from ledgerboard_gateway.http.seat_routes import SeatRoutes
from ledgerboard_gateway.http.session_routes import SessionRoutes

GAME_TAGS: Final = {"sessions": "Open and close the sessions of a board, and seat players in them."}


@dataclass(frozen=True, slots=True, kw_only=True)
class GameRoutes:
    """The objects whose methods are the views of sessions and seats."""

    sessions: SessionRoutes
    seats: SeatRoutes

    def operations(self) -> list[Operation]:
        """These routes, and what their documentation says."""
        return [*self.sessions.operations(), *self.seats.operations()]
