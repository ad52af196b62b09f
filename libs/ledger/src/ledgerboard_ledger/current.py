"""Current board definitions, kept in process for the gateway.

A board that was once known is always answered at once: when its entry is older than the time to live, a background
thread asks again while readers go on with what they have. A definition may therefore be that much out of date, which is
harmless: the gateway stamps the version it used, and that version never changes.
"""

from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Protocol

from ledgerboard_contracts import BoardDefinition
from ledgerboard_infra.clock import Clock
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.logs import get_logger
from ledgerboard_ledger.flights import Flights

_log = get_logger(__name__)


class Definitions(Protocol):
    """The record of definitions. Both raise `UnavailableError` when it cannot be asked."""

    def current(self, board: str) -> BoardDefinition | None:
        """The board's current definition, or None."""

    def ensure(self, board: str) -> BoardDefinition:
        """The same, made with the default options where there is none."""


@dataclass(slots=True)
class _Entry:
    definition: BoardDefinition
    fresh_until: datetime
    refreshing: bool = False


class CurrentDefinitions:
    """The current definitions of the boards that are in use. Thread-safe, bounded, one question a board at a time."""

    def __init__(self, source: Definitions, clock: Clock, ttl: timedelta, *, capacity: int = 10_000) -> None:
        self._source = source
        self._clock = clock
        self._ttl = ttl
        self._capacity = capacity
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._lock = Lock()
        self._closed = False
        self._ensuring: Flights[BoardDefinition] = Flights()
        self._asking: Flights[BoardDefinition | None] = Flights()
        self._background = ThreadPoolExecutor(max_workers=1, thread_name_prefix="definitions")

    def ensure(self, board: str) -> BoardDefinition:
        """The board's current definition; an unknown board is made with the default options.

        Waits for the record only when the board is not known here yet; then raises `UnavailableError` if it is down.
        """
        return self._known(board) or self._ensuring.join(board, self._fetch_or_make)

    def current(self, board: str) -> BoardDefinition | None:
        """The board's current definition, or None where there is no such board; makes nothing. Waits as `ensure`.

        That there is none is asked again each time, since another process may make the board at any moment.
        """
        return self._known(board) or self._asking.join(board, self._fetch)

    def remember(self, definition: BoardDefinition) -> None:
        """Take over a definition that the record just gave, unless a newer version is known."""
        fresh_until = self._clock.now() + self._ttl
        with self._lock:
            entry = self._entries.setdefault(definition.board, _Entry(definition, fresh_until))
            if definition.version >= entry.definition.version:
                entry.definition = definition
            entry.fresh_until = fresh_until
            self._entries.move_to_end(definition.board)
            while len(self._entries) > self._capacity:
                self._entries.popitem(last=False)

    def close(self) -> None:
        """Stop the background thread. What is known is still served, and no longer refreshed."""
        with self._lock:
            self._closed = True
        self._background.shutdown(wait=True, cancel_futures=True)

    def _known(self, board: str) -> BoardDefinition | None:
        now = self._clock.now()
        with self._lock:
            entry = self._entries.get(board)
            if entry is None:
                return None
            self._entries.move_to_end(board)
            if entry.fresh_until <= now and not entry.refreshing and not self._closed:
                entry.refreshing = True
                self._background.submit(self._refresh, entry)
            return entry.definition

    def _fetch(self, board: str) -> BoardDefinition | None:
        """Whoever asked until just now may have left the answer."""
        known = self._known(board)
        found = known or self._source.current(board)
        if found is not None and known is None:
            self.remember(found)
        return found

    def _fetch_or_make(self, board: str) -> BoardDefinition:
        known = self._known(board)
        found = known or self._source.ensure(board)
        if known is None:
            self.remember(found)
        return found

    def _forget(self, entry: _Entry) -> None:
        """The board was deleted: whoever asks next asks the record."""
        with self._lock:
            if self._entries.get(entry.definition.board) is entry:
                del self._entries[entry.definition.board]

    def _refresh(self, entry: _Entry) -> None:
        """An outage leaves the entry as it is, to be tried again after another time to live."""
        try:
            found = self._source.current(entry.definition.board)
            if found is None:
                self._forget(entry)
            else:
                self.remember(found)
        except UnavailableError as error:
            _log.warning("board definition not refreshed", board=entry.definition.board, error=str(error))
            entry.fresh_until = self._clock.now() + self._ttl
        finally:
            entry.refreshing = False
