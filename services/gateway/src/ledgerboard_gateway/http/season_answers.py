"""The bodies of answers about closed seasons, hooks and deliveries."""

from enum import StrEnum
from uuid import UUID

import msgspec

from ledgerboard_contracts.scores import AwareDatetime


class SeasonState(StrEnum):
    """Where a season is in its life."""

    UPCOMING = "upcoming"
    RUNNING = "running"
    SETTLING = "settling"
    """It ended, and what belongs to it may still be on its way."""
    CLOSED = "closed"


class SeasonItem(msgspec.Struct, frozen=True, kw_only=True):
    """One season. ``late_facts`` of it were recorded after it closed, and count in no final rank."""

    key: str
    start: AwareDatetime
    end: AwareDatetime
    state: SeasonState
    closed_at: AwareDatetime | None
    entries: int | None
    late_facts: int | None


class SeasonsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The seasons of a board by their end, with those that its definition no longer has."""

    board: str
    seasons: tuple[SeasonItem, ...]


class FinalStandingItem(msgspec.Struct, frozen=True, kw_only=True):
    """A place for ever. ``rank`` counts from 0, ``position`` from 1."""

    rank: int
    position: int
    player: str
    score: int
    achieved_at: AwareDatetime


class FinalStandingsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Final places, best first. ``next`` leads to those that follow, or is null where this page was not full."""

    board: str
    season: SeasonItem
    standings: tuple[FinalStandingItem, ...]
    next: str | None


class FinalStandingAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One player's final place: of several, the best."""

    board: str
    season: SeasonItem
    standing: FinalStandingItem


class HookAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A hook. ``secret`` is the name of its secret."""

    hook: str
    url: str
    events: tuple[str, ...]
    secret: str


class HooksAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """All hooks by name."""

    hooks: tuple[HookAnswer, ...]


class DeliveryItem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a hook is to be told. ``outcome`` is what the last try came to."""

    delivery_id: UUID
    hook: str
    event: str
    state: str
    attempts: int
    next_try_at: AwareDatetime
    outcome: str
    created_at: AwareDatetime


class DeliveriesAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Deliveries by id. ``next`` leads to those that follow, or is null where this page was not full."""

    deliveries: tuple[DeliveryItem, ...]
    next: str | None


class ReplayedDelivery(msgspec.Struct, frozen=True, kw_only=True):
    """The delivery will be made again, under the same id."""

    delivery_id: UUID
