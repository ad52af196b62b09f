"""What the ledger takes in and gives out.

A play is a fact as the ledger kept it: with its board, and with the moment at which it was recorded.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from ledgerboard_contracts import FactEnvelope, Rejection


class UnstorableError(ValueError):
    """PostgreSQL will never take this data. The message is the reason; the same append fails again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppendResult:
    """How many facts and rejections were new, and how many of both the ledger held already.

    ``late``: the facts, new or not, that the boards may have been drawn without, in their envelopes. They are to be
    told to the boards again.
    """

    recorded: int
    rejected: int
    repeated: int
    late: Sequence[FactEnvelope] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """One fact of the ledger. Times are aware UTC with microseconds."""

    event_id: UUID
    board: str
    board_version: int
    player: str
    score: int
    level: str | None
    attributes: dict[str, Any] | None
    occurred_at: datetime
    recorded_at: datetime
    session: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """The event was accepted and stands in the ledger."""

    play: Play


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """The event was refused; ``rejection.detail`` is fit for its submitter."""

    rejection: Rejection
    recorded_at: datetime
