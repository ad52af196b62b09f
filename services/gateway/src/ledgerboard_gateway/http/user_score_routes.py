"""Record a game of a user: the one write of the classic routes, whose paths name no board.

The path says whose game it is, and the credential who sends it; that these are one is asked where every score passes.
"""

from typing import Annotated, Final, Protocol

import msgspec
from flask import Response
from msgspec import Meta

from ledgerboard_contracts import Submission
from ledgerboard_contracts.scores import Score
from ledgerboard_gateway.http import rendering
from ledgerboard_gateway.http.account_bodies import UserScoreAnswer, read
from ledgerboard_gateway.http.examples import EVENT_ID
from ledgerboard_gateway.http.operations import Answer, Body, Operation
from ledgerboard_gateway.http.problems import ProblemType as P
from ledgerboard_gateway.http.requests import player_in_path
from ledgerboard_gateway.submit import Ask

_LARGEST_LEVEL: Final = 2**31 - 1
_BODY: Final = {"level": 84, "score": 9090}
_ANSWER: Final = {
    "event_id": EVENT_ID, "username": "ubecker", **_BODY, "gamedate": "2026-11-21T10:15:30.123456Z",
}  # fmt: skip


class UserScoreBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A game that was played."""

    level: Annotated[int, Meta(ge=0, le=_LARGEST_LEVEL, description="The level's number.")]
    score: Score


class Scores(Protocol):
    """Accepts scores. Raises the problem of one that it does not accept."""

    def accept(self, ask: Ask) -> Submission:
        """The submission, once the queue stores it."""
        ...


class UserScoreRoutes:
    """``POST /users/{username}``. ``board`` is the one whose games ``GET /users/{username}`` tells."""

    def __init__(self, scores: Scores, board: str) -> None:
        self._scores = scores
        self._board = board

    def post_user_score(self, username: str) -> Response:
        """Record a user's game."""
        player_in_path(username, "username")
        body = read(UserScoreBody)
        made = self._scores.accept(Ask(self._board, username, body.score, str(body.level)))
        answer = UserScoreAnswer(
            event_id=str(made.event_id),
            username=username,
            level=body.level,
            score=made.score,
            gamedate=made.occurred_at,
        )
        return rendering.answer(answer, 202)

    def operations(self) -> list[Operation]:
        """This route, and what its documentation says."""
        return [
            Operation(
                tag="classic",
                method="POST",
                rule="/users/<username>",
                view=self.post_user_score,
                summary="Record a user's game",
                description="Nobody but the user, by an id token, or a game's server, by its key. The token may stand "
                "in `Authorization` by itself. 202 means that the queue stores the game.",
                body=Body(UserScoreBody, _BODY),
                answers={202: Answer([UserScoreAnswer], _ANSWER, "The queue stores it")},
                problems=[P.PLAYER_BANNED, P.UNAVAILABLE, P.UNACKNOWLEDGED],
            )
        ]
