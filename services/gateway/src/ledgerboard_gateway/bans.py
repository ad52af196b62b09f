"""Know who is banned without asking for each submission.

A ban takes effect on the boards whatever is known here: this only spares a banned player's scores their way. So the
list may be some seconds old, and an outage of its record leaves it as it was.
"""

from collections.abc import Sequence
from typing import Protocol

from ledgerboard_gateway.periodic import Periodic
from ledgerboard_ledger import Ban


class Source(Protocol):
    """The record of bans. Raises `UnavailableError` when it is down."""

    def bans(self) -> Sequence[Ban]:
        """Every ban in force."""
        ...


class Bans:
    """The bans in force, read again every ``period_seconds`` by a thread of its own between `start` and `close`."""

    def __init__(self, source: Source, period_seconds: float) -> None:
        self._source = source
        self._banned: frozenset[tuple[str, str | None]] = frozenset()
        self._players: frozenset[str] = frozenset()
        self._reading = Periodic("bans", self._read, period_seconds)

    def start(self) -> None:
        """Start reading."""
        self._reading.start()

    def close(self) -> None:
        """Read no more. What is known stays."""
        self._reading.close()

    def is_banned(self, player: str, board: str) -> bool:
        """Whether the player's scores on that board are refused."""
        banned = self._banned
        return bool(banned) and ((player, None) in banned or (player, board) in banned)

    def has_ban(self, player: str) -> bool:
        """Whether the player is banned on any board."""
        return player in self._players

    def refresh(self) -> None:
        """Read the list. An outage leaves it as it is."""
        self._reading.once()

    def _read(self) -> None:
        bans = self._source.bans()
        self._banned = frozenset((ban.player, ban.board) for ban in bans)
        self._players = frozenset(ban.player for ban in bans)
