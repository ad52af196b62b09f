"""Refuse at once what was just seen to hang.

A request that waits for a store holds a thread, and submissions need threads too: when a store hangs while many read,
no more than a few of them may wait for it. Only a failure that took long counts, since a quick one holds nobody up.
"""

import threading
import time
from collections.abc import Callable
from typing import Final, TypeVar

from ledgerboard_infra.errors import UnavailableError

T = TypeVar("T")

SLOW_SECONDS: Final = 0.5
"""A failure that took so long is usually a store that hangs."""

PAUSE_SECONDS: Final = 1.0
"""While a store hangs, so often one call may find out whether it still does."""


class Breaker:
    """Guards the calls of one store. Thread-safe; ``monotonic`` gives seconds."""

    def __init__(
        self, store: str, *, slow_seconds: float = SLOW_SECONDS, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._store = store
        self._slow_seconds = slow_seconds
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._next_try: float | None = None

    def call(self, action: Callable[[], T]) -> T:
        """What ``action`` returns or raises; `UnavailableError` at once while the store is known to hang."""
        started = self._monotonic()
        self._admit(started)
        available = True
        try:
            return action()
        except UnavailableError:
            available = False
            raise
        finally:
            self._learn(started, available=available)

    def _admit(self, now: float) -> None:
        with self._lock:
            if self._next_try is None:
                return
            if now < self._next_try:
                raise UnavailableError(f"{self._store} hung a moment ago")
            self._next_try = now + PAUSE_SECONDS

    def _learn(self, started: float, *, available: bool) -> None:
        """Whatever else an action raises, its store has answered."""
        now = self._monotonic()
        with self._lock:
            if available:
                self._next_try = None
            elif now - started >= self._slow_seconds:
                self._next_try = now + PAUSE_SECONDS
