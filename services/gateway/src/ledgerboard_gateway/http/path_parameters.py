"""The parameters in paths: what each means, and what it must look like.

Their schemas say no less than the checks of the routes: what a schema allows is not refused for its form. Patterns are
such as JavaScript reads too, which is what the readers of an OpenAPI document use.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from ledgerboard_contracts.calendars import SEASON_KEY_PATTERN
from ledgerboard_contracts.names import BOARD_PATTERN, MAX_LEVEL_LENGTH, MAX_PLAYER_LENGTH, MAX_SESSION_LENGTH
from ledgerboard_contracts.queues import ALL_QUEUES
from ledgerboard_gateway.http.view_query import MAX_SUM_DIGITS
from ledgerboard_ledger import HOOK_NAME_PATTERN

_CONTROL: Final = r"\u0000-\u001f\u007f-\u009f\u2028\u2029"
_INSIDE: Final = rf"[^/{_CONTROL}]"
_AT_THE_ENDS: Final = rf"[^\s/{_CONTROL}]"
_PRINTABLE: Final = rf"^(?!\.{{1,2}}$){_AT_THE_ENDS}({_INSIDE}*{_AT_THE_ENDS})?$"
_SCORE: Final = rf"^-?[0-9]{{1,{MAX_SUM_DIGITS}}}$"
_QUEUES: Final = [queue.name for queue in ALL_QUEUES]
_BOARD: Final = {"pattern": BOARD_PATTERN}
_PLAYER: Final = {"maxLength": MAX_PLAYER_LENGTH, "pattern": _PRINTABLE}
_UUID: Final = {"format": "uuid"}
_ABOUT_BOARD: Final = "The board's name: 1 to 64 letters, digits, '.', '_' or '-'."
_ABOUT_PLAYER: Final = "The player's id: 1 to 64 printable characters without '/'."
_AN_ID: Final = "019ab2f4-0c5e-7b3c-9d4e-2f6a8b1c3d5e"


def _parameter(name: str, description: str, example: str, **schema: Any) -> Mapping[str, Any]:
    return {
        "in": "path",
        "name": name,
        "required": True,
        "description": description,
        "example": example,
        "schema": {"type": "string", "minLength": 1} | schema,
    }


PATH_PARAMETERS: Final[Mapping[str, Mapping[str, Any]]] = MappingProxyType(
    {
        each["name"]: each
        for each in (
            _parameter("board", _ABOUT_BOARD, "mario-kart", **_BOARD),
            _parameter("leaderboard", _ABOUT_BOARD, "mario-kart", **_BOARD),
            _parameter("player", _ABOUT_PLAYER, "theburningmonk", **_PLAYER),
            _parameter("name", _ABOUT_PLAYER, "theburningmonk", **_PLAYER),
            _parameter(
                "score", "A score: an integer. On sums it may exceed 2^53.", "42", pattern=_SCORE
            ),
            _parameter("event_id", "The id that the submission was answered with.", _AN_ID, **_UUID),
            _parameter("reconciliation_id", "The id that the request was answered with.", _AN_ID, **_UUID),
            _parameter(
                "queue", "The queue whose dead letters are meant.", "submissions", enum=_QUEUES
            ),
            _parameter(
                "message_id", "The dead letter's id, as the list tells it.", "5fea7756-0ea4-451a-a703-a558b933e274"
            ),
            _parameter("username", "The user's name, which is the player's id.", "ubecker", **_PLAYER),
            _parameter("level", "The level's name.", "88", maxLength=MAX_LEVEL_LENGTH, pattern=_PRINTABLE),
            _parameter("date", "A day, as YYYY-MM-DD.", "2026-11-21", format="date"),
            _parameter(
                "key", "The season's key: 1 to 32 letters, digits, '.', '_' or '-'.", "autumn",
                pattern=SEASON_KEY_PATTERN,
            ),
            _parameter(
                "session", "The session's name: 1 to 64 printable characters without '/'.", "cup final",
                maxLength=MAX_SESSION_LENGTH, pattern=_PRINTABLE,
            ),
            _parameter("hook", "The hook's name: 1 to 64 of a-z, 0-9 and '-'.", "prizes", pattern=HOOK_NAME_PATTERN),
            _parameter("delivery_id", "The delivery's id, which never changes.", _AN_ID, **_UUID),
            _parameter("key_id", "The server key's id, as the list tells it.", _AN_ID, **_UUID),
            _parameter("slug", "The last part of a problem's type.", "invalid-request"),
        )
    }
)  # fmt: skip
