"""The bodies of answers.

Each is a frozen struct that is encoded as it stands and whose JSON Schema goes into the OpenAPI document, so what is
promised and what is sent cannot drift apart.
"""

from typing import Any
from uuid import UUID

import msgspec

from ledgerboard_contracts import (
    CorrectionKind,
    MaxAttempts,
    MaxGain,
    OnSuspicion,
    Order,
    Policy,
    Season,
    Submitters,
    TieBreak,
)
from ledgerboard_contracts.scores import AwareDatetime
from ledgerboard_gateway.http.problems import FieldError


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """A submission that the queue stores. What becomes of it is told at ``status_url``."""

    event_id: UUID
    board: str
    player: str
    score: int
    occurred_at: AwareDatetime
    status_url: str


class AcceptedItem(msgspec.Struct, frozen=True, kw_only=True, tag_field="status", tag="accepted"):
    """The queue stores this score. ``occurred_at`` decides its periods, and who was first among equal scores."""

    event_id: UUID
    occurred_at: AwareDatetime


class RefusedItem(msgspec.Struct, frozen=True, kw_only=True, tag_field="status", tag="refused"):
    """This score was not sent on. ``type`` is that of the problem: a rule that it breaks, a ban, a limit."""

    type: str
    errors: tuple[FieldError, ...]


class UnavailableItem(msgspec.Struct, frozen=True, kw_only=True, tag_field="status", tag="unavailable"):
    """The queue did not acknowledge this score in time: it may be counted or not."""

    event_id: UUID
    occurred_at: AwareDatetime


class BulkAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One result for each score of the request, in its order."""

    accepted: int
    refused: int
    unavailable: int
    results: tuple[AcceptedItem | RefusedItem | UnavailableItem, ...]


class PlayItem(msgspec.Struct, frozen=True, kw_only=True):
    """One fact of the ledger."""

    event_id: UUID
    board: str
    score: int
    level: str | None
    attributes: dict[str, Any] | None
    occurred_at: AwareDatetime
    session: str | None


class PlaysAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A player's plays, newest first. ``next`` leads to older ones, or is null where this page was not full."""

    player: str
    scores: tuple[PlayItem, ...]
    next: str | None


class PendingEvent(msgspec.Struct, frozen=True, kw_only=True, tag_field="status", tag="pending"):
    """The ledger does not know the event yet."""

    event_id: UUID


class EventCorrection(msgspec.Struct, frozen=True, kw_only=True):
    """A correction of one event: it was voided, for the reason given."""

    correction_id: UUID
    kind: CorrectionKind
    reason: str
    occurred_at: AwareDatetime


class RecordedEvent(msgspec.Struct, frozen=True, kw_only=True, tag_field="status", tag="recorded"):
    """The event stands in the ledger. ``counts``: on its board, by now. ``corrections`` of it are told oldest first."""

    event_id: UUID
    board: str
    player: str
    score: int
    occurred_at: AwareDatetime
    recorded_at: AwareDatetime
    counts: bool
    corrections: tuple[EventCorrection, ...]


class RejectedEvent(msgspec.Struct, frozen=True, kw_only=True, tag_field="status", tag="rejected"):
    """The event was refused, for the reason given."""

    event_id: UUID
    board: str
    player: str
    score: int
    occurred_at: AwareDatetime
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
    decimals: int
    ties: tuple[TieBreak, ...]
    time_zone: str
    seasons: tuple[Season, ...]
    level_views: bool
    session_views: bool
    level_total_view: bool
    managed_sessions: bool
    submitters: Submitters
    max_gain: MaxGain | None
    max_attempts: MaxAttempts | None
    on_suspicion: OnSuspicion
    levels: int | tuple[str, ...]


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
