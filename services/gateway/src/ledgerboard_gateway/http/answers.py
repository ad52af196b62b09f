"""The bodies of answers.

Each is a frozen struct that is encoded as it stands and whose JSON Schema goes into the OpenAPI document, so what is
promised and what is sent cannot drift apart.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from flask import Response

from ledgerboard_contracts import BoardDefinition, Order, Period, Policy, Span, Standing, Submission
from ledgerboard_gateway.events import Pending
from ledgerboard_gateway.http.problems import FieldError
from ledgerboard_ledger import Play, Recorded, Rejected


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """A submission that the queue stores. What becomes of it is told at ``status_url``."""

    event_id: UUID
    board: str
    player: str
    score: int
    occurred_at: datetime
    status_url: str


class AcceptedItem(msgspec.Struct, frozen=True, kw_only=True, tag_field="status", tag="accepted"):
    """The queue stores this score."""

    event_id: UUID


class RefusedItem(msgspec.Struct, frozen=True, kw_only=True, tag_field="status", tag="refused"):
    """This score breaks a rule and was not sent on."""

    errors: tuple[FieldError, ...]


class UnavailableItem(msgspec.Struct, frozen=True, kw_only=True, tag_field="status", tag="unavailable"):
    """The queue did not acknowledge this score in time: it may be counted or not."""

    event_id: UUID


class BulkAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One result for each score of the request, in its order."""

    accepted: int
    refused: int
    unavailable: int
    results: tuple[AcceptedItem | RefusedItem | UnavailableItem, ...]


class StandingsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Consecutive standings from one atomic read; ``total`` players stand in the view."""

    board: str
    period: Period
    key: str
    total: int
    standings: tuple[Standing, ...]


class StandingAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One player's place. ``rank`` counts from 0, ``position`` from 1."""

    board: str
    period: Period
    key: str
    player: str
    rank: int
    position: int
    score: int
    achieved_at: datetime


class PlayItem(msgspec.Struct, frozen=True, kw_only=True):
    """One fact of the ledger."""

    event_id: UUID
    board: str
    score: int
    level: str | None
    attributes: dict[str, Any] | None
    occurred_at: datetime


class PlaysAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A player's plays, newest first. ``next`` leads to older ones, or is null where this page was not full."""

    player: str
    scores: tuple[PlayItem, ...]
    next: str | None


class PendingEvent(msgspec.Struct, frozen=True, kw_only=True, tag_field="status", tag="pending"):
    """The ledger does not know the event yet."""

    event_id: UUID


class RecordedEvent(msgspec.Struct, frozen=True, kw_only=True, tag_field="status", tag="recorded"):
    """The event stands in the ledger."""

    event_id: UUID
    board: str
    player: str
    score: int
    occurred_at: datetime
    recorded_at: datetime


class RejectedEvent(msgspec.Struct, frozen=True, kw_only=True, tag_field="status", tag="rejected"):
    """The event was refused, for the reason given."""

    event_id: UUID
    board: str
    player: str
    score: int
    occurred_at: datetime
    reason: str
    detail: str


class BoardAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The current version of a board's definition."""

    board: str
    version: int
    order: Order
    policy: Policy
    min_score: int
    max_score: int
    title: str


class BoardsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Boards by name. ``next`` leads to those that follow, or is null where this page was not full."""

    boards: tuple[BoardAnswer, ...]
    next: str | None


class PublishedStanding(msgspec.Struct, frozen=True):
    """A player's score and rank, from 0; an unknown player has score 0 and rank null."""

    score: int
    rank: int | None


class PublishedRow(msgspec.Struct, frozen=True):
    """One place of a leaderboard."""

    name: str
    score: int


class PublishedPage(msgspec.Struct, frozen=True):
    """Consecutive places, best first."""

    leaderboard: tuple[PublishedRow, ...]


class Health(msgspec.Struct, frozen=True):
    """``status`` and, of each dependency, ``ok`` or the kind of its failure."""

    status: str
    checks: dict[str, str]


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
