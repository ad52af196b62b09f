"""Wait until an envelope is in the boards. Thread-safe and bounded.

The ranker tells of every envelope once and nobody repeats it, so a request begins to watch before its submission is
sent: what is told in between, before it knows which envelope it waits for, is remembered for it.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from uuid import UUID

REMEMBERED: Final = 10_000
"""How many envelopes are remembered while somebody watches: more than are folded between a send and its answer."""


class Folds:
    """What was heard of folded envelopes. Without a watcher, hearing costs next to nothing."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._watchers = 0
        self._heard: dict[UUID, None] = {}
        self._waiting: dict[UUID, set[threading.Event]] = {}
        self._is_listening = False

    @property
    def is_listening(self) -> bool:
        """Whether folds are being heard of at this moment."""
        return self._is_listening

    def connected(self) -> None:
        """From now on every fold is told."""
        self._is_listening = True

    def lost(self) -> None:
        """Folds may go untold until `connected`."""
        self._is_listening = False

    def folded(self, envelope_id: UUID) -> None:
        """The facts of that envelope are in the boards."""
        if not self._watchers:
            return
        with self._lock:
            self._heard[envelope_id] = None
            if len(self._heard) > REMEMBERED:
                del self._heard[next(iter(self._heard))]
            for event in self._waiting.get(envelope_id, ()):
                event.set()

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Everything that is told within the block can be waited for within it, however late."""
        with self._lock:
            self._watchers += 1
        try:
            yield
        finally:
            with self._lock:
                self._watchers -= 1
                if not self._watchers:
                    self._heard.clear()

    def wait(self, envelope_id: UUID, timeout_seconds: float) -> bool:
        """Whether the envelope was folded, waiting for it so long."""
        event = threading.Event()
        with self._lock:
            if envelope_id in self._heard:
                return True
            self._waiting.setdefault(envelope_id, set()).add(event)
        try:
            return event.wait(timeout_seconds)
        finally:
            with self._lock:
                waiting = self._waiting[envelope_id]
                waiting.discard(event)
                if not waiting:
                    del self._waiting[envelope_id]
