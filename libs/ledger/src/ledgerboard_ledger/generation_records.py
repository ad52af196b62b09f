"""Generations as the ledger keeps them: one complete projection of a board, from its request to its end."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class GenerationStage(StrEnum):
    """How far a generation is."""

    REQUESTED = "requested"
    OPENING = "opening"
    """History sees it; its snapshot is being taken."""
    BUILDING = "building"
    LIVE = "live"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """One complete projection of ``board`` under the options of ``board_version``. Generations count from 1.

    ``snapshot`` says what the ledger held that it was drawn from, ``until`` up to when a fact may have been accepted
    before the boards knew of it. ``cursor`` is the last event of the last page that was folded.
    """

    board: str
    number: int
    board_version: int
    state: GenerationStage
    reason: str
    author: str
    requested_at: datetime
    snapshot: str | None = None
    until: datetime | None = None
    cursor: UUID | None = None
    facts_folded: int = 0
    facts_total: int | None = None
    owner: str | None = None
    leased_until: datetime | None = None
    finished_at: datetime | None = None


class UnknownGenerationError(LookupError):
    """There is no such generation, or it ended without being live."""
