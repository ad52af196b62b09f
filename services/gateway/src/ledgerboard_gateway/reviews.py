"""Decide about plays that the rules of their board suspect.

The verdict is recorded first, with the id of the correction that voids a refused play. So two who decide at once agree,
and whoever asks again sends that very correction, until the ledger has it.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from ledgerboard_contracts import Correction, CorrectionKind, check_correction
from ledgerboard_gateway.corrections import Moments, Queue, Why, send
from ledgerboard_ledger import Decision, Review, ReviewState


class UnknownReviewError(Exception):
    """No rule suspected that play."""


class DecidedOtherwiseError(Exception):
    """The play has the opposite verdict, which stands."""

    def __init__(self, review: Review) -> None:
        super().__init__(f"event {review.event_id} is {review.state.value}")
        self.review = review


class Record(Protocol):
    """The record of reviews. Raises `UnavailableError` when it is down."""

    def page(self, state: ReviewState, board: str | None, after: UUID | None, limit: int) -> Sequence[Review]:
        """Reviews of one state, oldest play first."""
        ...

    def decide(self, event_id: UUID, decision: Decision) -> Review | None:
        """The review with its verdict: this one, unless there was one before. None where there is none."""
        ...


class Reviews:
    """The desk of those who decide. Raises `UnavailableError`."""

    def __init__(
        self, record: Record, queue: Queue, moments: Moments, new_correction_id: Callable[[datetime], UUID]
    ) -> None:
        self._record = record
        self._queue = queue
        self._moments = moments
        self._new_correction_id = new_correction_id

    def page(self, state: ReviewState, board: str | None, after: UUID | None, limit: int) -> Sequence[Review]:
        """Reviews of one state, oldest play first."""
        return self._record.page(state, board, after, limit)

    def approve(self, event_id: UUID, why: Why) -> Review:
        """Let the play count for good. Safe to repeat. Raises `UnknownReviewError`, `DecidedOtherwiseError`."""
        return self._decide(event_id, ReviewState.APPROVED, why)

    def refuse(self, event_id: UUID, why: Why, correlation_id: str) -> Review:
        """Void the play. Safe to repeat. Raises those too, and `UnacknowledgedCorrectionError`."""
        review = self._decide(event_id, ReviewState.REFUSED, why)
        if not review.is_voided and (correction := void_of(review)) is not None:
            send(self._queue, correction, correlation_id)
        return review

    def _decide(self, event_id: UUID, state: ReviewState, why: Why) -> Review:
        now = self._moments.following()  # A key needs no stamps of its own: the first verdict stands, with its id.
        decision = Decision(
            state=state,
            at=now,
            author=why.author,
            reason=why.reason,
            correction_id=self._new_correction_id(now) if state is ReviewState.REFUSED else None,
        )
        review = self._record.decide(event_id, decision)
        if review is None:
            raise UnknownReviewError
        if review.state is not state:
            raise DecidedOtherwiseError(review)
        return review


def void_of(review: Review) -> Correction | None:
    """The correction that a refused review stands for, or None where the ledger no longer holds the play."""
    if review.player is None or review.correction_id is None or review.decided_at is None:
        return None
    return check_correction(
        Correction(
            correction_id=review.correction_id,
            kind=CorrectionKind.VOID,
            occurred_at=review.decided_at,
            reason=review.reason or "",
            author=review.author or "",
            board=review.board,
            player=review.player,
            event_id=review.event_id,
        )
    )
