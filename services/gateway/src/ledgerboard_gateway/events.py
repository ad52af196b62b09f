"""Tell what became of an event.

The ledger knows what was recorded or rejected. What it does not know may still be on its way, for as long as a queue
may keep a message; only after that is silence an answer.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol
from uuid import UUID

from ledgerboard_contracts import event_time
from ledgerboard_contracts.queues import ALL_QUEUES
from ledgerboard_infra.clock import Clock
from ledgerboard_ledger import Recorded, Rejected

LONGEST_WAY: Final = timedelta(seconds=max(queue.dead_letter_retention_seconds for queue in ALL_QUEUES))
"""After this no queue holds the event any more."""

_CLOCK_SKEW: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Pending:
    """Not in the ledger yet."""

    event_id: UUID


class Ledger(Protocol):
    """The record of events. Raises `UnavailableError` when it is down."""

    def event(self, event_id: UUID) -> Recorded | Rejected | None:
        """What the ledger knows of an event."""
        ...


class Events:
    """Answers for every event id that the gateway ever gave out."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock

    def find(self, event_id: UUID) -> Recorded | Rejected | Pending | None:
        """What is known, or None for an id that can no longer, or not yet, stand for an event on its way.

        Raises `InvalidEventIdError` for an id that the gateway cannot have given out.
        """
        made_at = event_time(event_id)
        known = self._ledger.event(event_id)
        now = self._clock.now()
        if known is None and now - LONGEST_WAY <= made_at <= now + _CLOCK_SKEW:
            return Pending(event_id)
        return known
