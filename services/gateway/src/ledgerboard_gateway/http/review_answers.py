"""The bodies of answers about suspect plays, and the query that asks for them."""

from typing import Any, Final
from uuid import UUID

import msgspec
from marshmallow import fields

from ledgerboard_contracts import Suspicion, check_board
from ledgerboard_contracts.scores import AwareDatetime
from ledgerboard_gateway.http.examples import EVENT_ID
from ledgerboard_gateway.http.query_fields import Query, limit
from ledgerboard_gateway.http.view_query import sound
from ledgerboard_ledger import Review, ReviewState


class ReviewItem(msgspec.Struct, frozen=True, kw_only=True):
    """A play that rules of its board suspect. What was played is null where the ledger no longer holds its month.

    ``voided``: it does not count, by this verdict or another correction. A verdict takes effect within seconds.
    """

    event_id: UUID
    board: str
    player: str | None
    score: int | None
    level: str | None
    session: str | None
    attributes: dict[str, Any] | None
    occurred_at: AwareDatetime | None
    rules: tuple[Suspicion, ...]
    state: ReviewState
    found_at: AwareDatetime
    decided_at: AwareDatetime | None
    author: str | None
    reason: str | None
    voided: bool


class ReviewsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Suspect plays, oldest first. ``next`` leads to newer ones, or is null where this page was not full."""

    reviews: tuple[ReviewItem, ...]
    next: str | None


class ReviewsQuery(Query):
    """A page of suspect plays."""

    board = fields.String(
        load_default=None,
        validate=sound(check_board),
        metadata={"description": "Only plays on this board.", "example": "mario-kart"},
    )
    state = fields.Enum(
        ReviewState,
        by_value=True,
        load_default=ReviewState.OPEN,
        metadata={"description": "What was decided: `open` (nothing yet), `approved` or `refused`.", "example": "open"},
    )
    after = fields.UUID(
        load_default=None, metadata={"description": "Only plays newer than this one.", "example": EVENT_ID}
    )
    limit = limit()


def review_item(review: Review) -> ReviewItem:
    """A review as it is told."""
    return ReviewItem(
        event_id=review.event_id, board=review.board, player=review.player, score=review.score, level=review.level,
        session=review.session, attributes=review.attributes, occurred_at=review.occurred_at,
        rules=tuple(map(Suspicion, review.rules)), state=review.state, found_at=review.found_at,
        decided_at=review.decided_at, author=review.author, reason=review.reason, voided=review.is_voided,
    )  # fmt: skip


_AT: Final = "2026-11-21T10:15:30.123456Z"
REVIEW: Final[dict[str, Any]] = {
    "event_id": EVENT_ID, "board": "mario-kart", "player": "theburningmonk", "score": 9001, "level": None,
    "session": None, "attributes": None, "occurred_at": _AT, "rules": ["max_gain"], "state": "open",
    "found_at": _AT, "decided_at": None, "author": None, "reason": None, "voided": False,
}  # fmt: skip
DECIDED: Final[dict[str, Any]] = REVIEW | {
    "state": "refused", "decided_at": _AT, "author": "ada", "reason": "Recorded with a patched client.",
}  # fmt: skip
REVIEWS: Final[dict[str, Any]] = {"reviews": [REVIEW], "next": None}
