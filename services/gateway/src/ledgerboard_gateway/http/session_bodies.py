"""The bodies about sessions and seats: what is asked, and what is answered."""

from typing import Annotated, Final

import msgspec
from marshmallow import fields
from msgspec import Meta

from ledgerboard_contracts import (
    GameType,
    InvalidNameError,
    InvalidSessionError,
    SessionRules,
    check_player,
    check_session,
)
from ledgerboard_contracts.scores import AwareDatetime, PlayerId, SessionName
from ledgerboard_contracts.sessions import DEFAULT_CAPACITY, MAX_CAPACITY, MAX_MINUTES
from ledgerboard_gateway.http.problems import invalid
from ledgerboard_gateway.http.query_fields import Query, limit
from ledgerboard_gateway.http.second_look import decoded
from ledgerboard_gateway.http.view_query import sound
from ledgerboard_ledger import KeptSession, Seat

CURRENT: Final = "current"
"""The last part of a path of ours, so no session can have that name."""


class SessionBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A session to open. Without a name it gets one; ``minutes`` are for TIME_CONSTRAINED, which must have them."""

    game_type: GameType
    session: SessionName | None = None
    capacity: Annotated[int, Meta(ge=1, le=MAX_CAPACITY)] = DEFAULT_CAPACITY
    minutes: Annotated[int, Meta(ge=1, le=MAX_MINUTES)] | None = None


class SeatBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is to be seated. A player may leave it out: it is nobody else."""

    player: PlayerId | None = None


class SessionItem(msgspec.Struct, frozen=True, kw_only=True):
    """A session. ``closed_at`` may lie ahead: then it closes by itself; null: it is open until somebody closes it."""

    board: str
    session: str
    game_type: GameType
    capacity: int
    minutes: int | None
    opened_at: AwareDatetime
    closed_at: AwareDatetime | None
    is_open: bool
    seats_taken: int


class SessionsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Sessions, the newest first. ``next`` leads to older ones, or is null where this page was not full."""

    board: str
    sessions: tuple[SessionItem, ...]
    next: str | None


class SeatItem(msgspec.Struct, frozen=True, kw_only=True):
    """A seat that a player has."""

    player: str
    seated_at: AwareDatetime


class SeatAnswer(SeatItem, frozen=True, kw_only=True):
    """A seat, and in which session."""

    board: str
    session: str


class FreedSeatAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Who has no seat in the session now."""

    board: str
    session: str
    player: str


class SeatsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The seats that are taken, by player. ``next`` leads to more, or is null where this page was not full."""

    board: str
    session: str
    seats: tuple[SeatItem, ...]
    next: str | None


class SessionsQuery(Query):
    """A page of sessions."""

    after = fields.String(
        load_default=None,
        validate=sound(check_session),
        metadata={"description": "Only sessions opened before this one.", "example": "cup final"},
    )
    limit = limit()


class SeatsQuery(Query):
    """A page of seats."""

    after = fields.String(
        load_default=None,
        validate=sound(check_player),
        metadata={"description": "Only players that follow this one.", "example": "theburningmonk"},
    )
    limit = limit()


_session: Final = msgspec.json.Decoder(SessionBody)
_seat: Final = msgspec.json.Decoder(SeatBody)


def decode_session(body: bytes) -> tuple[str | None, SessionRules]:
    """The name, if there is one, and the rules. Raises `ProblemError` naming the field at fault, as all here do."""
    read = decoded(_session, body)
    try:
        rules = SessionRules(game_type=read.game_type, capacity=read.capacity, minutes=read.minutes)
    except InvalidSessionError as error:
        raise invalid(error.field, str(error)) from error
    if read.session == CURRENT:
        raise invalid("session", f"{CURRENT!r} means the session that was opened last")
    return None if read.session is None else session_name(read.session), rules


def decode_seat(body: bytes) -> str | None:
    """The player, if one is named."""
    player = decoded(_seat, body).player
    try:
        return None if player is None else check_player(player)
    except InvalidNameError as error:
        raise invalid("player", str(error)) from error


def session_name(name: str) -> str:
    """``name`` if it can name a session."""
    try:
        return check_session(name)
    except InvalidNameError as error:
        raise invalid("session", str(error)) from error


def session_item(kept: KeptSession) -> SessionItem:
    """A session as it is told."""
    session = kept.session
    return SessionItem(
        board=session.board, session=session.session, game_type=session.rules.game_type,
        capacity=session.rules.capacity, minutes=session.rules.minutes, opened_at=session.opened_at,
        closed_at=session.closed_at, is_open=kept.is_open, seats_taken=kept.seats_taken,
    )  # fmt: skip


def seat_item(seat: Seat) -> SeatItem:
    """A seat as it is told."""
    return SeatItem(player=seat.player, seated_at=seat.seated_at)
