"""The examples of the documentation. A test sends and reads them, so they stay true."""

from typing import Any, Final

EVENT_ID: Final = "019ab2f4-0c5e-7b3c-9d4e-2f6a8b1c3d5e"
_AT: Final = "2026-11-21T10:15:30.123456Z"
_BOARD: Final = "mario-kart"
_PLAYER: Final = "theburningmonk"

SCORE: Final[dict[str, Any]] = {
    "player": _PLAYER,
    "score": 42,
    "level": "rainbow-road",
    "session": "final-7",
    "attributes": {"kart": "B", "crashes": 2},
}
PUBLISHED_SCORE: Final[dict[str, Any]] = {"score": 42}
BULK: Final[dict[str, Any]] = {
    "scores": [{"board": _BOARD, "player": _PLAYER, "score": 42}, {"board": _BOARD, "player": "alice", "score": 41}]
}
ACCEPTED: Final[dict[str, Any]] = {
    "event_id": EVENT_ID,
    "board": _BOARD,
    "player": _PLAYER,
    "score": 42,
    "occurred_at": _AT,
    "status_url": f"/v1/events/{EVENT_ID}",
}
SHOWN: Final[dict[str, Any]] = ACCEPTED | {
    "standings": [
        {
            "board": _BOARD,
            "period": period,
            "key": key,
            "rank": 0,
            "position": 1,
            "score": 42,
            "achieved_at": _AT,
            "previous_rank": previous,
            "previous_score": None if previous is None else 40,
            "improved": True,
        }
        for period, key, previous in (("all", "all", 3), ("day", "2026-11-21", None))
    ],
}
BULK_ANSWER: Final[dict[str, Any]] = {
    "accepted": 1,
    "refused": 1,
    "unavailable": 0,
    "results": [
        {"status": "accepted", "event_id": EVENT_ID, "occurred_at": _AT},
        {
            "status": "refused",
            "type": "/docs/problems/invalid-request",
            "errors": [{"field": "score", "message": "is required"}],
        },
    ],
}
PLAYS: Final[dict[str, Any]] = {
    "player": _PLAYER,
    "scores": [
        {
            "event_id": EVENT_ID,
            "board": _BOARD,
            "score": 42,
            "level": "rainbow-road",
            "attributes": {"kart": "B"},
            "occurred_at": _AT,
            "session": "final-7",
        }
    ],
    "next": None,
}
EVENT: Final[dict[str, Any]] = {
    "status": "recorded",
    "event_id": EVENT_ID,
    "board": _BOARD,
    "player": _PLAYER,
    "score": 42,
    "occurred_at": _AT,
    "recorded_at": _AT,
    "counts": False,
    "corrections": [
        {
            "correction_id": "019ab2f4-0c5e-7b3c-9d4e-2f6a8b1c3d5f",
            "kind": "void",
            "reason": "Impossible time.",
            "occurred_at": "2026-11-21T11:00:00.000000Z",
        }
    ],
}
OPTIONS: Final[dict[str, Any]] = {
    "order": "asc",
    "policy": "best",
    "min_score": 0,
    "title": "Rainbow Road, best laps",
    "decimals": 3,
    "ties": [{"attribute": "crashes", "order": "asc"}],
    "time_zone": "Europe/Paris",
    "seasons": [{"key": "autumn", "start": "2026-09-01T00:00:00+02:00", "end": "2026-12-01T00:00:00+01:00"}],
    "level_views": True,
    "session_views": True,
    "level_total_view": False,
    "managed_sessions": False,
    "submitters": "anyone",
    "max_gain": {"score": 5000, "seconds": 60},
    "max_attempts": {"plays": 50, "period": "day"},
    "on_suspicion": "review",
    "levels": ["rainbow-road", "bowser-castle"],
}
BOARD: Final[dict[str, Any]] = OPTIONS | {
    "board": _BOARD,
    "version": 1,
    "max_score": 2**53,
    "seasons": [{"key": "autumn", "start": "2026-08-31T22:00:00Z", "end": "2026-11-30T23:00:00Z"}],
}
BOARDS: Final[dict[str, Any]] = {"boards": [BOARD], "next": None}
PUBLISHED_STANDING: Final[dict[str, Any]] = {"score": 42, "rank": 0}
PUBLISHED_PAGE: Final[dict[str, Any]] = {"leaderboard": [{"name": _PLAYER, "score": 42}]}
