"""The ledger and the record of boards, each behind a breaker of its own; the live boards have theirs in bootstrap.

A slow query of the ledger must not refuse a definition, which a submission to a new board needs.
"""

from collections.abc import Sequence
from uuid import UUID

from ledgerboard_contracts import BoardDefinition, BoardOptions
from ledgerboard_gateway.breaker import Breaker
from ledgerboard_ledger import LedgerReader, Play, PostgresDefinitions, Recorded, Rejected


class GuardedLedger:
    """The record of plays."""

    def __init__(self, ledger: LedgerReader) -> None:
        self._ledger = ledger
        self._breaker = Breaker("the ledger")

    def plays(self, player: str, board: str | None, before: UUID | None, limit: int) -> Sequence[Play]:
        """A player's plays, newest first."""
        return self._breaker.call(lambda: self._ledger.plays(player, board, before, limit))

    def event(self, event_id: UUID) -> Recorded | Rejected | None:
        """What the ledger knows of an event."""
        return self._breaker.call(lambda: self._ledger.event(event_id))


class GuardedDefinitions:
    """The record of definitions."""

    def __init__(self, definitions: PostgresDefinitions) -> None:
        self._definitions = definitions
        self._breaker = Breaker("the record of boards")

    def current(self, board: str) -> BoardDefinition | None:
        """The current definition, or None."""
        return self._breaker.call(lambda: self._definitions.current(board))

    def ensure(self, board: str) -> BoardDefinition:
        """The current definition; an unknown board is made."""
        return self._breaker.call(lambda: self._definitions.ensure(board))

    def define(self, board: str, options: BoardOptions) -> tuple[BoardDefinition, bool]:
        """The definition that now carries the options, and whether this call made it."""
        return self._breaker.call(lambda: self._definitions.define(board, options))

    def list(self, after: str | None, limit: int, prefix: str, contains: str) -> Sequence[BoardDefinition]:
        """Definitions by name."""
        return self._breaker.call(lambda: self._definitions.list(after, limit, prefix, contains))
