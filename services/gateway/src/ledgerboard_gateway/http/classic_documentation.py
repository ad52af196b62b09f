"""What the documentation says of the classic routes."""

from collections.abc import Callable
from typing import Any, Final

from flask import Response

from ledgerboard_gateway.http.classic_answers import GamesAnswer, LevelScores, TopScores
from ledgerboard_gateway.http.classic_query import LevelQuery, TopQuery, UserLevelQuery, UserQuery
from ledgerboard_gateway.http.examples import EVENT_ID
from ledgerboard_gateway.http.operations import Answer, Operation
from ledgerboard_gateway.http.problems import ProblemType as P

CLASSIC_TAGS: Final = {
    "classic": "Users, levels and days of one game. The settings say which boards are read: `LEDGERBOARD_CLASSIC_...`."
}

_AT: Final = "2026-11-21T10:15:30.123456Z"
_GAMES: Final[dict[str, Any]] = {
    "username": "ubecker",
    "scores": [{"game_id": EVENT_ID, "username": "ubecker", "gamedate": _AT, "score": 9090, "level": "84"}],
    "next": None,
}
_TOP: Final = [{"username": "ubecker", "score": 9090, "gamedate": _AT}]
_SCORES: Final[dict[str, Any]] = {"date": "2026-11-21", "overall": _TOP, "monthly": _TOP, "daily": []}
_LEVEL: Final[dict[str, Any]] = {"level": "84", "period": "all", "key": "all", "scores": _TOP}
_VIEW_PROBLEMS: Final = [P.UNKNOWN_BOARD, P.UNKNOWN_VIEW, P.UNAVAILABLE]

View = Callable[..., Response]


def describe(*, user: View, user_level: View, level: View, today: View, day: View) -> list[Operation]:
    """The operations of these views."""
    tops = {200: Answer([TopScores], _SCORES, "The three rankings")}
    return [
        Operation(
            tag="classic",
            method="GET",
            rule="/users/<username>",
            view=user,
            summary="Read a user's best games",
            description="By score, and of equal ones the earlier first. A user without games has none.",
            query=UserQuery,
            answers={200: Answer([GamesAnswer], _GAMES, "The games")},
            problems=[P.UNAVAILABLE],
        ),
        Operation(
            tag="classic",
            method="GET",
            rule="/users/<username>/levels/<level>/scores",
            view=user_level,
            summary="Read all of a user's games on a level",
            description="Newest first. Follow `next` for older ones.",
            query=UserLevelQuery,
            answers={200: Answer([GamesAnswer], _GAMES, "A page of games")},
            problems=[P.UNAVAILABLE],
        ),
        Operation(
            tag="classic",
            method="GET",
            rule="/levels/<level>/scores",
            view=level,
            summary="Read the best on a level",
            description="Of all time, or of a month or day.",
            query=LevelQuery,
            from_boards=True,
            answers={200: Answer([LevelScores], _LEVEL, "The ranking")},
            problems=_VIEW_PROBLEMS,
        ),
        Operation(
            tag="classic",
            method="GET",
            rule="/scores",
            view=today,
            summary="Read today's best scores",
            description="The best of all time, of this month and of today (UTC).",
            query=TopQuery,
            from_boards=True,
            answers=tops,
            problems=_VIEW_PROBLEMS,
        ),
        Operation(
            tag="classic",
            method="GET",
            rule="/scores/<date>",
            view=day,
            summary="Read the best scores of a day",
            description="The best of all time, of the day's month and of the day. A day without games has none.",
            query=TopQuery,
            from_boards=True,
            answers=tops,
            problems=_VIEW_PROBLEMS,
        ),
    ]
