"""The examples of what operators ask. A test sends and reads them, so they stay true."""

from typing import Any, Final

from ledgerboard_gateway.http.examples import BOARD, EVENT_ID

_AT: Final = "2026-11-21T10:15:30.123456Z"
_ID: Final = "019ab2f4-0c5e-7b3c-9d4e-2f6a8b1c3d5f"
_BOARD: Final = "mario-kart"
_PLAYER: Final = "theburningmonk"

WHY: Final[dict[str, Any]] = {"reason": "Recorded with a patched client.", "author": "ada"}
BAN: Final[dict[str, Any]] = WHY | {"board": _BOARD}
REBUILDS: Final[dict[str, Any]] = {"reason": "After the restore.", "author": "ada", "limit": 100}
ACCEPTED: Final[dict[str, Any]] = {
    "correction_id": _ID,
    "kind": "void",
    "occurred_at": _AT,
    "board": _BOARD,
    "player": _PLAYER,
    "event_id": EVENT_ID,
}
CORRECTIONS: Final[dict[str, Any]] = {"corrections": [ACCEPTED | WHY | {"recorded_at": _AT}], "next": None}
REBUILD: Final[dict[str, Any]] = {
    "board": _BOARD,
    "generation": 2,
    "board_version": 3,
    "state": "building",
    "reason": "After the restore.",
    "author": "ada",
    "facts_folded": 120000,
    "facts_total": 300000,
    "requested_at": _AT,
    "finished_at": None,
}
REDEFINED: Final[dict[str, Any]] = BOARD | {"version": 3, "rebuild": REBUILD}
REBUILDS_TOLD: Final[dict[str, Any]] = {"rebuilds": [REBUILD]}
REBUILDS_REQUESTED: Final[dict[str, Any]] = {"rebuilds": [REBUILD], "next": None}
RECONCILE: Final[dict[str, Any]] = {"board": _BOARD}
RECONCILIATION_ASKED: Final[dict[str, Any]] = {
    "reconciliation_id": "4be0643f-1d98-473b-97cd-ca98a65347dd",
    "board": _BOARD,
    "state": "requested",
    "stalled": False,
    "proved": None,
    "requested_at": _AT,
    "started_at": None,
    "finished_at": None,
    "boards": None,
    "boards_compared": 0,
    "boards_unread": 0,
    "views": 0,
    "views_compared": 0,
    "suspicions": 0,
    "differences": 0,
    "unsettled": 0,
    "failure": None,
    "first": [],
}
RECONCILIATION: Final[dict[str, Any]] = RECONCILIATION_ASKED | {
    "state": "finished",
    "proved": False,
    "started_at": _AT,
    "finished_at": _AT,
    "boards": 1,
    "boards_compared": 1,
    "views": 4,
    "views_compared": 4,
    "differences": 1,
    "first": [
        {
            "board": _BOARD,
            "view": "all:board",
            "kind": "missing",
            "player": _PLAYER,
            "detail": "has nothing on the board and 42 at 2026-11-21T10:00:00+00:00 by the ledger",
        }
    ],
}
_MESSAGE_ID: Final = "5fea7756-0ea4-451a-a703-a558b933e274"
LETTERS: Final[dict[str, Any]] = {"message_ids": [_MESSAGE_ID]}
LETTER: Final[dict[str, Any]] = {
    "message_id": _MESSAGE_ID,
    "queue": "submissions",
    "reason": "board 'mario-kart' has no version 7",
    "sent_at": _AT,
    "age_seconds": 3600,
    "size_bytes": 412,
    "origin": {"source_message_id": "b1b7f2d4-7cf0-4e5c-8f8e-1f1f2b5f0c11", "correlation_id": "req-1"},
    "replay": "as-is",
    "obstacle": None,
    "excerpt": '{"envelope_id":"019ab2f4-',
}
LETTERS_TOLD: Final[dict[str, Any]] = {"letters": [LETTER], "depths": {"submissions": 1}}
LETTER_TOLD: Final[dict[str, Any]] = {
    "letter": LETTER,
    "body": '{"envelope_id":"019ab2f4-0c5e-7b3c-9d4e-2f6a8b1c3d5e"}',
}
REPLAYED: Final[dict[str, Any]] = {"done": [_MESSAGE_ID], "refused": [], "missing": []}
