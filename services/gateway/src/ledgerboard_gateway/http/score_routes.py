"""Submit scores: one at a time, or many in one request. The hot path of the gateway."""

from collections.abc import Sequence
from typing import Final, Protocol

from flask import Response

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
from ledgerboard_gateway.http.operations import Answer, Body, Operation
from ledgerboard_gateway.http.problems import FieldError, ProblemError, ProblemType
from ledgerboard_gateway.http.problems import ProblemType as P
from ledgerboard_gateway.http.requests import board_in_path, json_body, note, player_in_path, request_id
from ledgerboard_gateway.metrics import GatewayMetrics
from ledgerboard_gateway.parcels import Outcome, Parcel
from ledgerboard_gateway.submit import Ask

_STORED: Final = "The queue stores it"
_SENT_NOTHING: Final = "The queue does not take submissions at the moment. Nothing was sent."
_NO_ANSWER: Final = "The queue did not acknowledge the submission in time. It may be counted or not."


class Submissions(Protocol):
    """Accepts submissions; each parcel comes back with its outcome."""

    def submit(self, asks: Sequence[Ask], correlation_id: str) -> list[Parcel]:
        """Send, and tell what became of each part."""
        ...


class ScoreRoutes:
    """The routes that accept scores. 202 means that the queue stores them."""

    def __init__(self, submissions: Submissions, metrics: GatewayMetrics) -> None:
        self._submissions = submissions
        self._metrics = metrics

    def post_score(self, board: str) -> Response:
        """Accept one score."""
        board_in_path(board)
        return self._accept(decode_score(json_body(), board))

    def post_published(self, leaderboard: str, name: str) -> Response:
        """Accept one score, as published."""
        board_in_path(leaderboard, "leaderboard")
        player_in_path(name, "name")
        return self._accept(decode_published(json_body(), leaderboard, name))

    def post_bulk(self) -> Response:
        """Accept many scores; each stands for itself."""
        items = decode_bulk(json_body())
        asks = [item for item in items if isinstance(item, Ask)]
        self._metrics.submissions("refused", len(items) - len(asks))
        if not asks:
            raise _nothing_sound(items)
        parcels = self._send(asks)
        if not any(parcel.outcome is Outcome.ACKNOWLEDGED for parcel in parcels):
            raise _failure(parcels)
        return rendering.answer(_bulk_answer(items, parcels), 202)

    def _accept(self, ask: Ask) -> Response:
        (parcel,) = self._send([ask])
        if parcel.outcome is not Outcome.ACKNOWLEDGED:
            raise _failure([parcel])
        return rendering.answer(rendering.accepted(parcel.submissions[0]), 202)

    def _send(self, asks: list[Ask]) -> list[Parcel]:
        parcels = self._submissions.submit(asks, request_id())
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
                description="A board that nobody defined is made with the default options: the greater score ranks "
                "first, a player's best play counts, and no bounds.",
                guarded=True,
                body=Body(ScoreBody, e.SCORE),
                answers={202: Answer([answers.Accepted], e.ACCEPTED, _STORED)},
                problems=[P.UNAVAILABLE, P.UNACKNOWLEDGED],
            ),
            Operation(
                tag="scores",
                method="POST",
                rule="/v1/scores",
                view=self.post_bulk,
                summary="Submit up to 1,000 scores",
                description="Each score stands for itself: one that breaks a rule is refused and never harms the "
                "others. 400 where none can be accepted, or where the body as a whole cannot be read; 503 where "
                "the queue acknowledged none.",
                guarded=True,
                body=Body(BulkBody, e.BULK),
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
                guarded=True,
                body=Body(PublishedScoreBody, e.PUBLISHED_SCORE),
                answers={202: Answer([answers.Accepted], e.ACCEPTED, _STORED)},
                problems=[P.UNAVAILABLE, P.UNACKNOWLEDGED],
            ),
        ]


def _bulk_answer(items: Sequence[Ask | ProblemError], parcels: Sequence[Parcel]) -> answers.BulkAnswer:
    sent = iter(
        [
            _sent(submission, accepted=parcel.outcome is Outcome.ACKNOWLEDGED)
            for parcel in parcels
            for submission in parcel.submissions
        ]
    )
    results = tuple(next(sent) if isinstance(item, Ask) else answers.RefusedItem(errors=item.errors) for item in items)
    kinds = [type(result) for result in results]
    return answers.BulkAnswer(
        accepted=kinds.count(answers.AcceptedItem),
        refused=kinds.count(answers.RefusedItem),
        unavailable=kinds.count(answers.UnavailableItem),
        results=results,
    )


def _sent(submission: Submission, *, accepted: bool) -> answers.AcceptedItem | answers.UnavailableItem:
    kind = answers.AcceptedItem if accepted else answers.UnavailableItem
    return kind(event_id=submission.event_id, occurred_at=submission.occurred_at)


def _nothing_sound(items: Sequence[Ask | ProblemError]) -> ProblemError:
    """A bulk request of which nothing can be accepted is a bad request, and each error says whose it is."""
    errors = [
        FieldError(f"scores[{index}].{error.field}", error.message)
        for index, item in enumerate(items)
        if isinstance(item, ProblemError)
        for error in item.errors
    ]
    return ProblemError(ProblemType.INVALID_REQUEST, "None of the scores can be accepted.", errors=errors)


def _failure(parcels: Sequence[Parcel]) -> ProblemError:
    """The problem with parcels of which the queue acknowledged none."""
    doubtful = [parcel for parcel in parcels if parcel.outcome is Outcome.UNACKNOWLEDGED]
    if not doubtful:
        return ProblemError(ProblemType.UNAVAILABLE, _SENT_NOTHING)
    event_ids = [str(submission.event_id) for parcel in doubtful for submission in parcel.submissions]
    return ProblemError(ProblemType.UNACKNOWLEDGED, _NO_ANSWER, event_ids=event_ids)
