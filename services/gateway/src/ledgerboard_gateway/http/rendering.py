"""Turn what the use cases tell into the bodies of answers."""

import msgspec
from flask import Response

from ledgerboard_contracts import BoardDefinition, Span, Standing, Submission
from ledgerboard_gateway.events import Pending
from ledgerboard_gateway.http.answers import (
    Accepted,
    BoardAnswer,
    PendingEvent,
    PlayItem,
    RecordedEvent,
    RejectedEvent,
    StandingAnswer,
)
from ledgerboard_ledger import Play, Recorded, Rejected


def accepted(submission: Submission) -> Accepted:
    """The answer to a submission that the queue stores."""
    return Accepted(
        event_id=submission.event_id,
        board=submission.board,
        player=submission.player,
        score=submission.score,
        occurred_at=submission.occurred_at,
        status_url=f"/v1/events/{submission.event_id}",
    )


def standing(board: str, span: Span, found: Standing) -> StandingAnswer:
    """The answer that tells one player's place."""
    return StandingAnswer(
        board=board,
        period=span.period,
        key=span.key,
        player=found.player,
        rank=found.rank,
        position=found.position,
        score=found.score,
        achieved_at=found.achieved_at,
    )


def play(found: Play) -> PlayItem:
    """One play of a page."""
    return PlayItem(
        event_id=found.event_id,
        board=found.board,
        score=found.score,
        level=found.level,
        attributes=found.attributes,
        occurred_at=found.occurred_at,
    )


def event(found: Recorded | Rejected | Pending) -> PendingEvent | RecordedEvent | RejectedEvent:
    """The answer that tells what became of an event."""
    match found:
        case Pending():
            return PendingEvent(event_id=found.event_id)
        case Recorded(play=known):
            return RecordedEvent(
                event_id=known.event_id,
                board=known.board,
                player=known.player,
                score=known.score,
                occurred_at=known.occurred_at,
                recorded_at=known.recorded_at,
            )
        case Rejected(rejection=refused):
            return RejectedEvent(
                event_id=refused.event_id,
                board=refused.board,
                player=refused.player,
                score=refused.score,
                occurred_at=refused.occurred_at,
                reason=refused.reason.value,
                detail=refused.detail,
            )


def board(definition: BoardDefinition) -> BoardAnswer:
    """The answer that tells a board's definition."""
    options = definition.options
    return BoardAnswer(
        board=definition.board,
        version=definition.version,
        order=options.order,
        policy=options.policy,
        min_score=options.min_score,
        max_score=options.max_score,
        title=options.title,
    )


_encoder = msgspec.json.Encoder()


def answer(body: object, status: int = 200) -> Response:
    """``body`` as a JSON answer."""
    return Response(_encoder.encode(body), status, content_type="application/json")
