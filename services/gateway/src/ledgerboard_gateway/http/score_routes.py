"""Submit scores: one at a time, or many in one request. The hot path of the gateway."""

from collections.abc import Sequence
from typing import Final, Protocol

from flask import Response, request

from ledgerboard_contracts import Submission
from ledgerboard_gateway.http import answers, rendering
from ledgerboard_gateway.http import examples as e
from ledgerboard_gateway.http.bodies import (
    BulkBody,
    PublishedScoreBody,
    ScoreBody,
    decode_bulk,
    decode_published,
    decode_score,
)
from ledgerboard_gateway.http.bulk_answers import bulk_answer, nothing_sound
from ledgerboard_gateway.http.entry import Entry
from ledgerboard_gateway.http.keyed_asks import Item, keyed_asks
from ledgerboard_gateway.http.operations import Answer, Body, Operation
from ledgerboard_gateway.http.preferences import wait_seconds
from ledgerboard_gateway.http.problems import ProblemType as P
from ledgerboard_gateway.http.requests import (
    board_in_path,
    json_body,
    leaderboard_in_path,
    note,
    player_in_path,
    request_id,
)
from ledgerboard_gateway.http.score_problems import failure, rejection_problem
from ledgerboard_gateway.http.shown_answers import Shown, shown
from ledgerboard_gateway.metrics import GatewayMetrics
from ledgerboard_gateway.parcels import Outcome, Parcel
from ledgerboard_gateway.showing import Showing
from ledgerboard_gateway.submit import Ask, Before, Keyed
from ledgerboard_ledger import Rejected

_STORED: Final = "The queue stores it"
_ANSWERS: Final = {
    200: Answer([Shown], e.SHOWN, "It is recorded, and the boards show it"),
    202: Answer([answers.Accepted], e.ACCEPTED, _STORED),
}
_PREFER: Final = {
    "in": "header",
    "name": "Prefer",
    "description": "`wait=N`: wait up to N seconds until the score is recorded and the boards show it. 200 then tells "
    "the player's place in every view that it counts in, and the one before; 422 tells why the board does not take it; "
    "202 means that neither was known in time, or that too many clients wait already.",
    "example": "wait=5",
    "schema": {"type": "string"},
}


class Submissions(Protocol):
    """Accepts submissions; each parcel comes back with its outcome."""

    def submit(
        self, asks: Sequence[Ask], correlation_id: str, before: Before | None, keyed: Keyed | None
    ) -> list[Parcel]:
        """Send, and tell what became of each part."""
        ...


class ScoreRoutes:
    """The routes that accept scores. 202 means that the queue stores them."""

    def __init__(self, submissions: Submissions, entry: Entry, showing: Showing, metrics: GatewayMetrics) -> None:
        self._entry = entry
        self._submissions = submissions
        self._showing = showing
        self._metrics = metrics

    def post_score(self, board: str) -> Response:
        """Accept one score."""
        board_in_path(board)
        return self._accept(decode_score(json_body(), board))

    def post_published(self, leaderboard: str, name: str) -> Response:
        """Accept one score, as published."""
        leaderboard_in_path(leaderboard)
        player_in_path(name, "name")
        return self._accept(decode_published(json_body(), leaderboard, name))

    def post_bulk(self) -> Response:
        """Accept many scores; each stands for itself."""
        items = self._entry.judge(decode_bulk(json_body()))
        asks = [item for item in items if isinstance(item, Ask)]
        self._metrics.submissions("refused", len(items) - len(asks))
        if not asks:
            raise nothing_sound(items)
        parcels = self._send(asks, out_of=items)
        if not any(parcel.outcome is Outcome.ACKNOWLEDGED for parcel in parcels):
            raise failure(parcels)
        return rendering.answer(bulk_answer(items, parcels), 202)

    def accept(self, ask: Ask) -> Submission:
        """Accept a score of another route, for its caller. Raises the problem of one that is not accepted."""
        (parcel,) = self._send([self._entry.check(ask)])
        if parcel.outcome is not Outcome.ACKNOWLEDGED:
            raise failure([parcel])
        (submission,) = parcel.submissions
        return submission

    def _accept(self, ask: Ask) -> Response:
        ask = self._entry.check(ask)
        with self._showing.seat(wait_seconds(request.headers.get("Prefer"))) as seat:
            (parcel,) = self._send([ask], seat.before if seat else None)
            if parcel.outcome is not Outcome.ACKNOWLEDGED:
                raise failure([parcel])
            (submission,) = parcel.submissions
            outcome = seat.outcome(parcel) if seat else None
        if seat is None or outcome is None:
            return rendering.answer(rendering.accepted(submission), 202)
        applied = {"Preference-Applied": f"wait={seat.seconds}"}
        if isinstance(outcome, Rejected):
            raise rejection_problem(outcome, applied)
        answer = rendering.answer(shown(submission, outcome))
        answer.headers.update(applied)
        return answer

    def _send(self, asks: list[Ask], before: Before | None = None, out_of: Sequence[Item] = ()) -> list[Parcel]:
        parcels = self._submissions.submit(asks, request_id(), before, keyed_asks(out_of or asks))
        note(
            event_ids=[submission.event_id for parcel in parcels for submission in parcel.submissions],
            envelope_ids=[parcel.envelope_id for parcel in parcels],
        )
        for parcel in parcels:
            accepted = parcel.outcome is Outcome.ACKNOWLEDGED
            self._metrics.submissions("accepted" if accepted else "unavailable", len(parcel.submissions))
        return parcels

    def operations(self) -> list[Operation]:
        """These routes, and what their documentation says."""
        return [
            Operation(
                tag="scores",
                method="POST",
                rule="/v1/boards/<board>/scores",
                view=self.post_score,
                summary="Submit one score",
                description="A service's or manager's makes a board that nobody defined, with the default options: the "
                "greater score ranks first, a player's best play counts, and no bounds.",
                body=Body(ScoreBody, e.SCORE),
                answers=_ANSWERS,
                headers=[_PREFER],
                problems=[P.UNKNOWN_BOARD, P.PLAYER_BANNED, P.REJECTED, P.UNAVAILABLE, P.UNACKNOWLEDGED],
            ),
            Operation(
                tag="scores",
                method="POST",
                rule="/v1/scores",
                view=self.post_bulk,
                summary="Submit up to 1,000 scores",
                description="Each score stands for itself: one that breaks a rule is refused and never harms the "
                "others. 400 where none can be accepted, 403 where none is the caller's to submit; 503 where the queue "
                "acknowledged none.",
                body=Body(BulkBody, e.BULK, most_bytes=None),
                answers={202: Answer([answers.BulkAnswer], e.BULK_ANSWER, "A result for each score, in order")},
                problems=[P.UNAVAILABLE, P.UNACKNOWLEDGED],
            ),
            Operation(
                tag="published",
                method="POST",
                rule="/<leaderboard>/<name>",
                view=self.post_published,
                summary="Submit a score, as published",
                description="The same as a submission to the board of that name.",
                body=Body(PublishedScoreBody, e.PUBLISHED_SCORE),
                answers=_ANSWERS,
                headers=[_PREFER],
                problems=[
                    P.NOT_FOUND, P.UNKNOWN_BOARD, P.PLAYER_BANNED, P.REJECTED, P.UNAVAILABLE, P.UNACKNOWLEDGED
                ],
            ),
        ]  # fmt: skip
