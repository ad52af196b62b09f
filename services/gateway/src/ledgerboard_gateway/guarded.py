"""The ledger and the record of boards, each behind a breaker of its own; the live boards have theirs in bootstrap.

A slow query of the ledger must not refuse a definition, which a submission to a new board needs.
"""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from ledgerboard_contracts import BoardDefinition, BoardOptions, Order
from ledgerboard_gateway.breaker import Breaker
from ledgerboard_ledger import (
    ALWAYS,
    Accepted,
    BoardStatistics,
    CorrectionMoments,
    CorrectionsLog,
    LedgerReader,
    Play,
    PostgresDefinitions,
    RankHistory,
    RankOfDay,
    Recorded,
    RecordedCorrection,
    Rejected,
)
from ledgerboard_ledger.generation_records import Generation
from ledgerboard_ledger.generations import PostgresGenerations


class GuardedLedger:
    """The record of plays."""

    def __init__(self, ledger: LedgerReader) -> None:
        self._ledger = ledger
        self._breaker = Breaker("the ledger")

    def plays(
        self,
        player: str,
        board: str | None,
        before: UUID | None,
        limit: int,
        *,
        level: str | None = None,
        accepted: Accepted = ALWAYS,
    ) -> Sequence[Play]:
        """A player's plays, newest first."""
        return self._breaker.call(
            lambda: self._ledger.plays(player, board, before, limit, level=level, accepted=accepted)
        )

    def best_plays(
        self, player: str, board: str, order: Order, after: tuple[int, UUID] | None, limit: int
    ) -> Sequence[Play]:
        """A player's plays that count, the best first."""
        return self._breaker.call(lambda: self._ledger.best_plays(player, board, order, after, limit))

    def event(self, event_id: UUID) -> Recorded | Rejected | None:
        """What the ledger knows of an event."""
        return self._breaker.call(lambda: self._ledger.event(event_id))


class GuardedStatistics:
    """What boards come to. A board that is too large to count must not refuse anybody's plays."""

    def __init__(self, ledger: LedgerReader) -> None:
        self._ledger = ledger
        self._breaker = Breaker("the count of boards")

    def statistics(self, board: str) -> BoardStatistics:
        """What counts on a board."""
        return self._breaker.call(lambda: self._ledger.statistics(board))


class GuardedRanks:
    """Ranks over time."""

    def __init__(self, ranks: RankHistory) -> None:
        self._ranks = ranks
        self._breaker = Breaker("the ranks of days")

    def of(self, board: str, player: str, first: date, last: date) -> Sequence[RankOfDay]:
        """A player's ranks, oldest first."""
        return self._breaker.call(lambda: self._ranks.of(board, player, first, last))


class GuardedMoments:
    """The clock of the ledger."""

    def __init__(self, moments: CorrectionMoments) -> None:
        self._moments = moments
        self._breaker = Breaker("the ledger's clock")

    def following(self, *, player: str | None = None, board: str | None = None) -> datetime:
        """Now, and after what is recorded of them."""
        return self._breaker.call(lambda: self._moments.following(player=player, board=board))


class GuardedCorrections:
    """The record of corrections."""

    def __init__(self, log: CorrectionsLog) -> None:
        self._log = log
        self._breaker = Breaker("the record of corrections")

    def page(
        self, before: UUID | None, limit: int, *, board: str | None = None, player: str | None = None
    ) -> Sequence[RecordedCorrection]:
        """Corrections older than one, newest first."""
        return self._breaker.call(lambda: self._log.page(before, limit, board=board, player=player))


class GuardedGenerations:
    """The record of generations."""

    def __init__(self, generations: PostgresGenerations) -> None:
        self._generations = generations
        self._breaker = Breaker("the record of generations")

    def live(self, board: str) -> Generation | None:
        """The generation that should be live, or None."""
        return self._breaker.call(lambda: self._generations.live(board))

    def list(self, board: str, limit: int) -> Sequence[Generation]:
        """Generations of the board."""
        return self._breaker.call(lambda: self._generations.list(board, limit))


class GuardedDefinitions:
    """The record of definitions."""

    def __init__(self, definitions: PostgresDefinitions) -> None:
        self._definitions = definitions
        self._breaker = Breaker("the record of boards")

    def current(self, board: str) -> BoardDefinition | None:
        """The current definition, or None."""
        return self._breaker.call(lambda: self._definitions.current(board))

    def version(self, board: str, version: int) -> BoardDefinition | None:
        """One version, or None."""
        return self._breaker.call(lambda: self._definitions.version(board, version))

    def ensure(self, board: str) -> BoardDefinition:
        """The current definition; an unknown board is made."""
        return self._breaker.call(lambda: self._definitions.ensure(board))

    def define(self, board: str, options: BoardOptions) -> tuple[BoardDefinition, bool]:
        """The definition that now carries the options, and whether this call made it."""
        return self._breaker.call(lambda: self._definitions.define(board, options))

    def list(self, after: str | None, limit: int, prefix: str, contains: str) -> Sequence[BoardDefinition]:
        """Definitions by name."""
        return self._breaker.call(lambda: self._definitions.list(after, limit, prefix, contains))
