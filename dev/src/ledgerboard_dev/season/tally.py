"""What the season has seen so far. Written by many threads, read by the view and by the audit."""

import statistics
import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import Final

_WINDOW_SECONDS: Final = 5.0
_LAGS_KEPT: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A score that was answered with 202."""

    event_id: str
    board: str
    player: str
    score: int


class Tally:
    """Counts, and every accepted score by its event id."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._accepted: dict[str, Accepted] = {}
        self._moments: deque[float] = deque()
        self._lags_seconds: deque[float] = deque(maxlen=_LAGS_KEPT)
        self.errors = 0
        self.last_error = ""

    def accept(self, accepted: list[Accepted]) -> None:
        """Remember scores that were answered with 202."""
        now = time.monotonic()
        with self._lock:
            self._accepted.update((each.event_id, each) for each in accepted)
            self._moments.extend(now for _ in accepted)

    def fail(self, reason: str, count: int = 1) -> None:
        """Count scores that were not answered with 202."""
        with self._lock:
            self.errors += count
            self.last_error = reason

    def lag(self, seconds: float) -> None:
        """Remember how long one score took to become visible."""
        with self._lock:
            self._lags_seconds.append(seconds)

    @property
    def accepted(self) -> dict[str, Accepted]:
        """All scores with a 202, by event id."""
        with self._lock:
            return dict(self._accepted)

    @property
    def total(self) -> int:
        """How many scores got a 202."""
        return len(self._accepted)

    def rate(self) -> float:
        """Accepted scores a second over the last few seconds."""
        since = time.monotonic() - _WINDOW_SECONDS
        with self._lock:
            while self._moments and self._moments[0] < since:
                self._moments.popleft()
            return len(self._moments) / _WINDOW_SECONDS

    def lag_seconds(self) -> tuple[float, float] | None:
        """The median and the greatest of the latest lags, or None before the first."""
        with self._lock:
            return (statistics.median(self._lags_seconds), max(self._lags_seconds)) if self._lags_seconds else None
