"""Look at plays that the rules of their board suspect, and decide about them."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final, Protocol
from urllib.parse import urlencode
from uuid import UUID

from flask import Response

from ledgerboard_gateway.corrections import UnacknowledgedCorrectionError, Why
from ledgerboard_gateway.http import operator_examples as e
from ledgerboard_gateway.http import rendering
from ledgerboard_gateway.http.operations import Answer, Body, Operation
from ledgerboard_gateway.http.operator_bodies import WhyBody, decode_why
from ledgerboard_gateway.http.problems import ProblemError
from ledgerboard_gateway.http.problems import ProblemType as P
from ledgerboard_gateway.http.requests import event_in_path, json_body, note, request_id
from ledgerboard_gateway.http.review_answers import (
    DECIDED,
    REVIEWS,
    ReviewItem,
    ReviewsAnswer,
    ReviewsQuery,
    review_item,
)
from ledgerboard_gateway.reviews import DecidedOtherwiseError, UnknownReviewError
from ledgerboard_ledger import Review, ReviewState

_RULE: Final = "/v1/reviews"


class Reviews(Protocol):
    """The desk of those who decide. Raises `UnavailableError`, and what `gateway.reviews` says."""

    def page(self, state: ReviewState, board: str | None, after: UUID | None, limit: int) -> Sequence[Review]:
        """Reviews of one state, oldest play first."""
        ...

    def approve(self, event_id: UUID, why: Why) -> Review:
        """Let the play count for good."""
        ...

    def refuse(self, event_id: UUID, why: Why, correlation_id: str) -> Review:
        """Void the play."""
        ...


class ReviewRoutes:
    """The routes of reviews. Each is safe to repeat: a verdict is given once."""

    def __init__(self, reviews: Reviews) -> None:
        self._reviews = reviews

    def list_reviews(self, query: Mapping[str, Any]) -> Response:
        """Tell a page of suspect plays."""
        state, board, limit = query["state"], query["board"], query["limit"]
        page = self._reviews.page(state, board, query["after"], limit)
        following = None
        if len(page) == limit:
            pairs = {"state": state.value, "after": page[-1].event_id, "limit": limit}
            following = f"{_RULE}?{urlencode(pairs | ({'board': board} if board else {}))}"
        return rendering.answer(ReviewsAnswer(reviews=tuple(map(review_item, page)), next=following))

    def approve_review(self, event_id: str) -> Response:
        """Let a suspect play count for good."""
        return _decided(partial(self._reviews.approve, event_in_path(event_id), decode_why(json_body())))

    def refuse_review(self, event_id: str) -> Response:
        """Void a suspect play."""
        return _decided(partial(self._reviews.refuse, event_in_path(event_id), decode_why(json_body()), request_id()))

    def operations(self) -> list[Operation]:
        """These routes, and what their documentation says."""
        return [
            Operation(
                tag="reviews", method="GET", rule=_RULE, view=self.list_reviews, summary="List suspect plays",
                description="Oldest first, those about which nothing was decided unless `state` says otherwise. Which "
                "plays are suspect, `max_gain` and `max_attempts` of a board say. Follow `next` for newer ones.",
                query=ReviewsQuery,
                answers={200: Answer([ReviewsAnswer], REVIEWS, "A page of suspect plays")},
                problems=[P.UNAVAILABLE],
            ),
            self._verdict("approve", self.approve_review, "It counts, as it did. No later play makes it suspect."),
            self._verdict(
                "refuse", self.refuse_review,
                "It no longer counts on any ranking; the player's next best play does. The ledger keeps it. What a "
                "board refuses at once stands as refused by `rules`.",
                P.CORRECTION_UNACKNOWLEDGED,
            ),
        ]  # fmt: skip

    def _verdict(self, verb: str, view: Callable[..., Response], description: str, *problems: P) -> Operation:
        return Operation(
            tag="reviews", method="POST", rule=f"{_RULE}/<event_id>/{verb}", view=view,
            summary=f"{verb.capitalize()} a suspect play",
            description=f"{description} A verdict is given once; to give it again changes nothing.",
            body=Body(WhyBody, e.WHY),
            answers={200: Answer([ReviewItem], DECIDED, "The review with its verdict")},
            problems=[P.UNKNOWN_REVIEW, P.REVIEW_DECIDED, P.UNAVAILABLE, *problems],
        )  # fmt: skip


def _decided(decide: Callable[[], Review]) -> Response:
    try:
        review = decide()
    except UnknownReviewError as error:
        raise ProblemError(P.UNKNOWN_REVIEW, "No rule suspected this play, or not yet.") from error
    except DecidedOtherwiseError as error:
        known = error.review
        raise ProblemError(P.REVIEW_DECIDED, f"It was {known.state.value} by {known.author}.") from error
    except UnacknowledgedCorrectionError as error:
        detail = f"The queue did not acknowledge correction {error.correction_id} in time. Refuse it again."
        raise ProblemError(P.CORRECTION_UNACKNOWLEDGED, detail) from error
    note(board=review.board, state=review.state.value)
    return rendering.answer(review_item(review))
