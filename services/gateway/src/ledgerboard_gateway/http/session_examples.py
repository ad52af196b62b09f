"""What the documentation shows of sessions and seats."""

from typing import Any, Final

_WHERE: Final[dict[str, Any]] = {"board": "mario-kart", "session": "cup final"}
SESSION_BODY: Final[dict[str, Any]] = {"session": "cup final", "game_type": "SINGLE_TRIAL", "capacity": 150}
SESSION: Final[dict[str, Any]] = _WHERE | {
    "game_type": "SINGLE_TRIAL",
    "capacity": 150,
    "minutes": None,
    "opened_at": "2026-11-21T11:00:00.000000Z",
    "closed_at": None,
    "is_open": True,
    "seats_taken": 1,
}
CLOSED_SESSION: Final[dict[str, Any]] = SESSION | {"closed_at": "2026-11-21T12:00:00.000000Z", "is_open": False}
SESSIONS: Final[dict[str, Any]] = {"board": "mario-kart", "sessions": [SESSION], "next": None}
SEAT_BODY: Final[dict[str, Any]] = {"player": "theburningmonk"}
_SEAT: Final[dict[str, Any]] = {"player": "theburningmonk", "seated_at": "2026-11-21T11:01:00.000000Z"}
SEAT: Final[dict[str, Any]] = _WHERE | _SEAT
FREED_SEAT: Final[dict[str, Any]] = _WHERE | SEAT_BODY
SEATS: Final[dict[str, Any]] = _WHERE | {"seats": [_SEAT], "next": None}
