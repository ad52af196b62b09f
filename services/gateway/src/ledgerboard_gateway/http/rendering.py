"""Turn what the use cases tell into the bodies of answers."""

import msgspec
from flask import Response

from ledgerboard_contracts import BoardDefinition, Submission
from ledgerboard_gateway.events import Pending
from ledgerboard_gateway.http.answers import (
    Accepted,
    BoardAnswer,
    EventCorrection,
    PendingEvent,
    PlayItem,
    RecordedEvent,
    RejectedEvent,
)
from ledgerboard_gateway.play_histories import PlayHistory
from ledgerboard_ledger import Play, RecordedCorrection, Rejected


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


def play(found: Play) -> PlayItem:
    """One play of a page."""
    return PlayItem(
        event_id=found.event_id,
        board=found.board,
        score=found.score,
        level=found.level,
        attributes=found.attributes,
        occurred_at=found.occurred_at,
        session=found.session,
    )


def recorded(known: Play, history: PlayHistory) -> RecordedEvent:
    """The answer that tells of a recorded event. Who asked for a correction is told to operators alone."""
    return RecordedEvent(
        event_id=known.event_id,
        board=known.board,
        player=known.player,
        score=known.score,
        occurred_at=known.occurred_at,
        recorded_at=known.recorded_at,
        counts=history.counts,
        corrections=tuple(map(_correction, history.voids)),
    )


def _correction(made: RecordedCorrection) -> EventCorrection:
    return EventCorrection(
        correction_id=made.correction_id, kind=made.kind, reason=made.reason, occurred_at=made.occurred_at
    )


def event(found: Rejected | Pending) -> PendingEvent | RejectedEvent:
    """The answer that tells of an event that is no play."""
    if isinstance(found, Pending):
        return PendingEvent(event_id=found.event_id)
    refused = found.rejection
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
        decimals=options.decimals,
        ties=options.ties,
        time_zone=options.time_zone,
        seasons=options.seasons,
        level_views=options.level_views,
        session_views=options.session_views,
        level_total_view=options.level_total_view,
        managed_sessions=options.managed_sessions,
        submitters=options.submitters,
        max_gain=options.max_gain,
        max_attempts=options.max_attempts,
        on_suspicion=options.on_suspicion,
        levels=options.levels,
    )


_encoder = msgspec.json.Encoder()


def answer(body: object, status: int = 200) -> Response:
    """``body`` as a JSON answer."""
    return Response(_encoder.encode(body), status, content_type="application/json")
