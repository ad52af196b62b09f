"""The examples of the live boards' documentation. As `examples`, apart for their number."""

from typing import Any, Final

_AT: Final = "2026-11-21T10:15:30.123456Z"
_BOARD: Final = "mario-kart"
_PLAYER: Final = "theburningmonk"
_PLACE: Final[dict[str, Any]] = {"rank": 0, "position": 1, "player": _PLAYER, "score": 42, "achieved_at": _AT}
_VIEW: Final[dict[str, Any]] = {"board": _BOARD, "period": "day", "key": "2026-11-21"}
_LEVEL: Final[dict[str, Any]] = {**_VIEW, "level": "rainbow-road"}
_WORTH: Final[dict[str, Any]] = {"ranking": "competition", "better": 0, "total": 4, "percentile": 100.0}

STANDINGS: Final[dict[str, Any]] = {**_LEVEL, "ranking": "ordinal", "total": 1, "standings": [_PLACE]}
SCORE_PAGE: Final[dict[str, Any]] = {**_VIEW, "ranking": "ordinal", "total": 4, "matched": 1, "standings": [_PLACE]}
STANDING: Final[dict[str, Any]] = {**_VIEW, **_PLACE, **_WORTH}
NEIGHBOURS: Final[dict[str, Any]] = {**_VIEW, "ranking": "ordinal", "total": 1, "centre": 0, "standings": [_PLACE]}
LOOKUP_BODY: Final[dict[str, Any]] = {"players": [_PLAYER, "alice"]}
LOOKUP: Final[dict[str, Any]] = {
    **_VIEW,
    "ranking": "ordinal",
    "standings": [{**_PLACE, "list_rank": 0, "list_position": 1}],
    "missing": ["alice"],
}
HYPOTHETICAL: Final[dict[str, Any]] = {**_VIEW, "score": 42, "rank": 0, "position": 1, **_WORTH}
BOARDS_OF_PLAYER: Final[dict[str, Any]] = {
    "player": _PLAYER,
    "ranking": "ordinal",
    "standings": [{**_VIEW, "rank": 0, "position": 1, "score": 42, "achieved_at": _AT}],
    "missing": ["mario-party"],
}
STATISTICS: Final[dict[str, Any]] = {**_VIEW, "total": 4}
