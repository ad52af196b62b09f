"""The examples of the documentation of seasons and hooks. A test sends and reads them, so they stay true."""

from typing import Any, Final

from ledgerboard_gateway.http.examples import EVENT_ID

_SEASON: Final[dict[str, Any]] = {
    "key": "autumn",
    "start": "2026-08-31T22:00:00Z",
    "end": "2026-11-30T23:00:00Z",
    "state": "closed",
    "closed_at": "2026-11-30T23:15:12.345678Z",
    "entries": 1,
    "late_facts": 0,
}
_STANDING: Final[dict[str, Any]] = {
    "rank": 0,
    "position": 1,
    "player": "theburningmonk",
    "score": 42,
    "achieved_at": "2026-11-21T10:15:30.123456Z",
}
SEASONS: Final[dict[str, Any]] = {"board": "mario-kart", "seasons": [_SEASON]}
FINAL_STANDINGS: Final[dict[str, Any]] = {
    "board": "mario-kart",
    "season": _SEASON,
    "standings": [_STANDING],
    "next": None,
}
FINAL_STANDING: Final[dict[str, Any]] = {"board": "mario-kart", "season": _SEASON, "standing": _STANDING}
HOOK_BODY: Final[dict[str, Any]] = {
    "url": "https://game.example/prizes",
    "events": ["season.closed"],
    "secret": "prizes",
}
HOOK: Final[dict[str, Any]] = {"hook": "prizes"} | HOOK_BODY
HOOKS: Final[dict[str, Any]] = {"hooks": [HOOK]}
_DELIVERY: Final[dict[str, Any]] = {
    "delivery_id": EVENT_ID,
    "hook": "prizes",
    "event": "season.closed",
    "state": "dead",
    "attempts": 12,
    "next_try_at": "2026-12-03T23:15:12.345678Z",
    "outcome": "answered 500",
    "created_at": "2026-11-30T23:15:12.345678Z",
}
DELIVERIES: Final[dict[str, Any]] = {"deliveries": [_DELIVERY], "next": None}
REPLAYED: Final[dict[str, Any]] = {"delivery_id": EVENT_ID}
