"""What is asked of the boards when facts are folded, and what becomes of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final
from uuid import UUID

from ledgerboard_contracts import BoardOptions, FactEnvelope, Policy, event_time


@dataclass(frozen=True, slots=True)
class PagePart:
    """A part of a page of the ledger, whose pages are folded in the order of their event ids.

    ``cursor`` is the last event id of the page; ``number`` says which players are in the part, in every page the same.
    """

    number: int
    cursor: UUID


@dataclass(frozen=True, slots=True)
class FoldOrder:
    """One envelope that is to be folded into one generation of its board.

    ``options`` are those of the generation. ``state_version`` is the version of the board's state by which the order
    was made. Sums must add each envelope once: so it leaves a mark, unless it is a ``page`` of the ledger, which is
    known by its cursor. ``accepted_at`` is `envelope_time` of the whole envelope where these facts are only a part of
    it. ``since``: the envelope cannot have been folded before that moment of Redis's clock.
    """

    envelope: FactEnvelope
    options: BoardOptions
    generation: int
    state_version: int
    accepted_at: datetime | None = None
    since: datetime | None = None
    page: PagePart | None = None

    @property
    def adds(self) -> bool:
        """Whether a repetition would count twice if it were not known."""
        return self.options.policy is Policy.TOTAL and (bool(self.envelope.facts) or self.page is not None)


@dataclass(frozen=True, slots=True)
class FoldResult:
    """What folding one envelope changed.

    ``entries_changed``: entries of views that appeared or changed. ``tops_changed``: views whose top changed.
    ``views_expired``: how often a fact came too late for a date-bound view, which is then left alone.
    """

    entries_changed: int
    tops_changed: int
    views_expired: int


class Refusal(Enum):
    """Why an order was not carried out. Nothing was written."""

    STALE = "stale"
    """The board's state is no longer the one that the order was made by: order by the new one."""
    AMBIGUOUS = "ambiguous"
    """The envelope may have been added so long ago that its mark is gone: have the ledger decide."""


STALE: Final = Refusal.STALE
AMBIGUOUS: Final = Refusal.AMBIGUOUS


def envelope_time(envelope: FactEnvelope) -> datetime:
    """When the latest of the envelope's facts was accepted: the same at every delivery. It must have facts."""
    return event_time(max(fact.event_id for fact in envelope.facts))
