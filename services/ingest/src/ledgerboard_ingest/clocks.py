"""Know that PostgreSQL's clock has reached a moment, without asking it each time.

Horizons of boards rest on this clock: whatever is folded was accepted at most the allowed skew after it. What it said
once, and the time that passed here since, is the least that it says now. So it is asked once a minute, and whenever an
event seems to be ahead of it.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ledgerboard_infra.clock import Clock
from ledgerboard_infra.errors import UnavailableError

_ASKED_EVERY: Final = timedelta(minutes=1)
"""A clock may be set back, by a fail-over say: then what is known of it is too much for so long."""


@dataclass(frozen=True, slots=True)
class _Reading:
    at: datetime
    read_at_seconds: float


class LedgerTime:
    """The least that the ledger's clock says. Thread-safe: a reading takes the place of another as a whole."""

    def __init__(self, clock: Clock, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._monotonic = monotonic
        self._reading: _Reading | None = None

    def has_reached(self, moment: datetime) -> bool:
        """Whether the clock says ``moment`` or later. Raises `UnavailableError` where it must be asked and is away."""
        known = self._reading
        if known is not None:
            age = timedelta(seconds=self._monotonic() - known.read_at_seconds)
            if moment <= known.at + age:
                if age > _ASKED_EVERY:
                    with suppress(UnavailableError):
                        self._read()
                return True
        return moment <= self._read().at

    def _read(self) -> _Reading:
        at = self._clock.now()
        reading = self._reading = _Reading(at, self._monotonic())
        return reading
