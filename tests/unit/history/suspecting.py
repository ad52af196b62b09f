"""Who looks for suspects, as a test sees it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from ledgerboard_contracts import FactEnvelope


@dataclass
class Looks:
    """Remembers what it was asked to look at."""

    seen: list[list[UUID]] = field(default_factory=list)

    def look(self, envelopes: Sequence[FactEnvelope]) -> None:
        self.seen.append([fact.event_id for each in envelopes for fact in each.facts])
