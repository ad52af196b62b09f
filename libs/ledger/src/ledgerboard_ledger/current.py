"""Current board definitions, kept in process for the gateway.

A board that was once known is always answered at once: when its entry is older than the time to live, a background
thread asks again while readers go on with what they have. A definition may therefore be that much out of date, which is
harmless: the gateway stamps the version it used, and that version never changes.
"""

from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Lock
from typing import Protocol

from ledgerboard_contracts import BoardDefinition
from ledgerboard_infra.clock import Clock


class Definitions(Protocol):
    """The record of definitions. Both raise `UnavailableError` when it cannot be asked."""

    def current(self, board: str) -> BoardDefinition | None: ...
    def ensure(self, board: str) -> BoardDefinition: ...


class CurrentDefinitions:
    """The current definitions of the boards that are in use. Thread-safe, bounded, one question a board at a time."""

    def __init__(self, source: Definitions, clock: Clock, ttl: timedelta, *, capacity: int = 10_000) -> None:
        raise NotImplementedError

    def ensure(self, board: str) -> BoardDefinition:
        """The board's current definition; an unknown board is made with the default options.

        Waits for the record only when the board is not known here yet; then raises `UnavailableError` if it is down.
        """
        raise NotImplementedError

    def current(self, board: str) -> BoardDefinition | None:
        """The board's current definition, or None where there is no such board; makes nothing. Waits as `ensure`."""
        raise NotImplementedError

    def remember(self, definition: BoardDefinition) -> None:
        """Take over a definition that this process has just made, unless a newer version is known."""
        raise NotImplementedError

    def close(self) -> None:
        """Stop the background thread."""
        raise NotImplementedError
