"""Know who is banned without asking for each submission.

A ban takes effect on the boards whatever is known here: this only spares a banned player's scores their way. So the
list may be some seconds old, and an outage of its record leaves it as it was.
"""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.logs import get_logger
from ledgerboard_ledger import Ban

_SHARE: Final = 20
"""A list that takes a second to read is read again after this many seconds, however short the period is."""

_log = get_logger(__name__)


class Source(Protocol):
    """The record of bans. Raises `UnavailableError` when it is down."""

    def bans(self) -> Sequence[Ban]:
        """Every ban in force."""
        ...


class Bans:
    """The bans in force, read again every ``period_seconds`` by a thread of its own between `start` and `close`."""

    def __init__(
        self, source: Source, period_seconds: float, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._source = source
        self._period_seconds = period_seconds
        self._monotonic = monotonic
        self._banned: frozenset[tuple[str, str | None]] = frozenset()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="bans", daemon=True)

    def start(self) -> None:
        """Start reading."""
        self._thread.start()

    def close(self) -> None:
        """Read no more. What is known stays."""
        self._closing.set()
        self._thread.join()

    def is_banned(self, player: str, board: str) -> bool:
        """Whether the player's scores on that board are refused."""
        banned = self._banned
        return bool(banned) and ((player, None) in banned or (player, board) in banned)

    def refresh(self) -> None:
        """Read the list. An outage leaves it as it is."""
        try:
            self._banned = frozenset((ban.player, ban.board) for ban in self._source.bans())
        except UnavailableError as error:
            _log.warning("bans not refreshed", error=str(error))

    def _run(self) -> None:
        pause_seconds = 0.0
        while not self._closing.wait(pause_seconds):
            started = self._monotonic()
            self.refresh()
            pause_seconds = max(self._period_seconds, (self._monotonic() - started) * _SHARE)
