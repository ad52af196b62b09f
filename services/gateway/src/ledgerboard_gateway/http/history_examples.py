"""The examples of what the ledger tells beside plays and events."""

from typing import Any, Final

from ledgerboard_gateway.http.examples import EVENT_ID, PLAYS

BEST_PLAYS: Final[dict[str, Any]] = PLAYS | {
    "board": "mario-kart",
    "next": f"/v1/boards/mario-kart/players/theburningmonk/scores?after=42_{EVENT_ID}&limit=1",
}
RANKS: Final[dict[str, Any]] = {
    "board": "mario-kart",
    "player": "theburningmonk",
    "from": "2026-11-20",
    "to": "2026-11-21",
    "ranks": [
        {"day": "2026-11-20", "rank": 4, "position": 5, "score": 40},
        {"day": "2026-11-21", "rank": 0, "position": 1, "score": 42},
    ],
}
RECORD: Final[dict[str, Any]] = {
    "board": "mario-kart",
    "players": 1204,
    "plays": 96411,
    "first_play_at": "2026-09-01T08:00:00.000000Z",
    "last_play_at": "2026-11-21T10:15:30.123456Z",
    "rejections": 17,
    "as_of": "2026-11-21T10:15:35.000000Z",
}
