"""Tell when keys were last used, without a write for each request.

A use is noted in the process, and all of them are written by one statement now and then. What a killed process had
noted is lost: the moment is for people who wonder whether a key is still needed.
"""

import threading
from collections.abc import Mapping
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

from ledgerboard_gateway.periodic import Periodic

PERIOD_SECONDS: Final = 60.0


class UsesRecord(Protocol):
    """Where uses are kept. Raises `UnavailableError` when it is down."""

    def note_uses(self, used: Mapping[UUID, datetime]) -> None:
        """When keys were last used; the latest moment stands."""
        ...


class KeyUses:
    """The uses since they were last written. Thread-safe; they are written once more by `close`."""

    def __init__(self, record: UsesRecord, period_seconds: float = PERIOD_SECONDS) -> None:
        self._record = record
        self._lock = threading.Lock()
        self._used: dict[UUID, datetime] = {}
        self._writing = Periodic("uses of keys", self._write, period_seconds)

    def start(self) -> None:
        """Start writing."""
        self._writing.start()

    def close(self) -> None:
        """Write what is left, and no more."""
        self._writing.close()
        self.flush()

    def note(self, key_id: UUID, at: datetime) -> None:
        """A key was used."""
        with self._lock:
            self._used[key_id] = at

    def flush(self) -> None:
        """Write what was noted. During an outage it is kept for the next time."""
        self._writing.once()

    def _write(self) -> None:
        with self._lock:
            used, self._used = self._used, {}
        if not used:
            return
        is_written = False
        try:
            self._record.note_uses(used)
            is_written = True
        finally:
            if not is_written:
                with self._lock:
                    self._used = used | self._used
