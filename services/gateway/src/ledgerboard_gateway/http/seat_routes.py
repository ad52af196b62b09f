"""Seat players in sessions. A player can seat only themself; game servers and managers can seat anybody."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Protocol
from urllib.parse import quote, urlencode

from flask import Response

from ledgerboard_gateway.http import rendering
from ledgerboard_gateway.http import session_examples as e
from ledgerboard_gateway.http.operations import Answer, Body, Operation
from ledgerboard_gateway.http.problems import ProblemError, invalid
from ledgerboard_gateway.http.problems import ProblemType as P
from ledgerboard_gateway.http.requests import board_in_path, caller, caller_for, json_body, note, player_in_path
from ledgerboard_gateway.http.session_bodies import (
    FreedSeatAnswer,
    SeatAnswer,
    SeatBody,
    SeatsAnswer,
    SeatsQuery,
    decode_seat,
    seat_item,
    session_name,
)
from ledgerboard_gateway.http.session_routes import found
from ledgerboard_infra.clock import Clock
from ledgerboard_ledger import Allocation, KeptSession, Seat, Seating

_RULE: Final = "/v1/boards/<board>/sessions/<session>/seats"
_REFUSALS: Final[Mapping[Seating, tuple[P, str]]] = {
    Seating.UNKNOWN_SESSION: (P.UNKNOWN_SESSION, "{board} has no session {session!r}."),
    Seating.SESSION_CLOSED: (P.SESSION_CLOSED, "The session {session!r} has closed."),
    Seating.NO_SEATS: (P.NO_SEATS_AVAILABLE, "Every seat of the session {session!r} is taken."),
    Seating.CANNOT_PLAY: (P.PLAYER_CANNOT_PLAY, "{player} has had the one trial that {session!r} gives."),
}


class Seats(Protocol):
    """The record of seats. Raises `UnavailableError` when it is down."""

    def allocate(self, board: str, session: str, player: str, at: datetime) -> Allocation:
        """Seat the player."""
        ...

    def free(self, board: str, session: str, player: str, at: datetime) -> bool:
        """Free the player's seat. Returns whether they had one."""
        ...


class Reader(Protocol):
    """The record of sessions, as everybody reads it. Raises `UnavailableError` when it is down."""

    def session(self, board: str, session: str) -> KeptSession | None:
        """One of them, or None."""
        ...

    def seats(self, board: str, session: str, after: str | None, limit: int) -> Sequence[Seat]:
        """Seats that are taken, by player."""
        ...


class Bans(Protocol):
    """Who is banned."""

    def is_banned(self, player: str, board: str) -> bool:
        """Whether the player's scores on that board are refused."""
        ...


class SeatRoutes:
    """The routes of seats. Each is safe to repeat."""

    def __init__(self, seats: Seats, reader: Reader, bans: Bans, clock: Clock) -> None:
        self._seats = seats
        self._reader = reader
        self._bans = bans
        self._clock = clock

    def allocate_seat(self, board: str, session: str) -> Response:
        """Seat a player."""
        board_in_path(board), session_name(session)
        player = decode_seat(json_body()) or caller().player
        if player is None:
            raise invalid("player", "is required")
        caller_for(player)
        if self._bans.is_banned(player, board):
            raise ProblemError(P.PLAYER_BANNED, f"{player} is banned.")
        made = self._seats.allocate(board, session, player, self._clock.now())
        note(board=board, session=session, seating=made.seating.value)
        if made.seat is None:
            kind, words = _REFUSALS[made.seating]
            raise ProblemError(kind, words.format(board=board, session=session, player=player))
        seat = SeatAnswer(board=board, session=session, player=player, seated_at=made.seat.seated_at)
        return rendering.answer(seat, 201 if made.seating is Seating.SEATED else 200)

    def free_seat(self, board: str, session: str, player: str) -> Response:
        """Free a player's seat."""
        board_in_path(board), session_name(session)
        caller_for(player_in_path(player))
        if not self._seats.free(board, session, player, self._clock.now()):
            found(self._reader.session(board, session), board, session)
        return rendering.answer(FreedSeatAnswer(board=board, session=session, player=player))

    def list_seats(self, query: Mapping[str, Any], board: str, session: str) -> Response:
        """Tell who is seated."""
        found(self._reader.session(board_in_path(board), session_name(session)), board, session)
        most = query["limit"]
        page = self._reader.seats(board, session, query["after"], most)
        following = None
        if len(page) == most:
            pairs = urlencode({"after": page[-1].player, "limit": most})
            following = f"/v1/boards/{board}/sessions/{quote(session, safe='')}/seats?{pairs}"
        items = tuple(map(seat_item, page))
        return rendering.answer(SeatsAnswer(board=board, session=session, seats=items, next=following))

    def operations(self) -> list[Operation]:
        """These routes, and what their documentation says."""
        return [
            Operation(
                tag="sessions", method="POST", rule=_RULE, view=self.allocate_seat, summary="Seat a player",
                description="Never more than the session's `capacity`. Whoever is seated keeps the seat, so a repeat "
                "is harmless. A score whose attributes say `lives: 0` frees it, as does `DELETE`.",
                body=Body(SeatBody, e.SEAT_BODY),
                answers={
                    201: Answer([SeatAnswer], e.SEAT, "The player is seated"),
                    200: Answer([SeatAnswer], e.SEAT, "The player was seated already"),
                },
                problems=[*(kind for kind, _ in _REFUSALS.values()), P.PLAYER_BANNED, P.UNAVAILABLE],
            ),
            Operation(
                tag="sessions", method="DELETE", rule=f"{_RULE}/<player>", view=self.free_seat,
                summary="Free a player's seat",
                description="Harmless where the player has none.",
                answers={200: Answer([FreedSeatAnswer], e.FREED_SEAT, "The player has no seat")},
                problems=[P.UNKNOWN_SESSION, P.UNAVAILABLE],
            ),
            Operation(
                tag="sessions", method="GET", rule=_RULE, view=self.list_seats, summary="List the seats that are taken",
                description="By player. Follow `next` for more.",
                query=SeatsQuery,
                answers={200: Answer([SeatsAnswer], e.SEATS, "A page of seats")},
                problems=[P.UNKNOWN_SESSION, P.UNAVAILABLE],
            ),
        ]  # fmt: skip
