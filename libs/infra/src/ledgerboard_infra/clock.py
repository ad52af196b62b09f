"""The time of day, injected.

Everything that decides by time asks a clock it was given, so that a test can stand at the edge of a month.
"""

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time: aware, UTC, with microseconds."""

    def now(self) -> datetime:
        """This moment."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """This moment, as the machine has it."""
        return datetime.now(UTC)
