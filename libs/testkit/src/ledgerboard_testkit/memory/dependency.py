"""A clock that a test moves, and dependencies that a test takes down."""

from datetime import UTC, datetime, timedelta
from typing import Final

from ledgerboard_infra.errors import UnavailableError

NOON: Final = datetime(2026, 11, 21, 12, tzinfo=UTC)


class FixedClock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime = NOON) -> None:
        self._now = now

    def now(self) -> datetime:
        """The moment it was set to."""
        return self._now

    def advance(self, step: timedelta) -> None:
        """Move it."""
        self._now += step


class Dependency:
    """Something that is down while ``available`` is False."""

    def __init__(self) -> None:
        self.available = True

    def answer(self) -> None:
        """Raise `UnavailableError` while it is down."""
        if not self.available:
            raise UnavailableError(f"{type(self).__name__} is down")
