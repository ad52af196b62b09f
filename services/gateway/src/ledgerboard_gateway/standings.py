"""Read the live boards: a page of a view, or one player's place in it.

A view that ended long ago is let go by the live boards, so an empty answer for it would be a lie; they refuse it.
"""

from typing import Protocol

from ledgerboard_boards import CachedTop
from ledgerboard_contracts import (
    ALL_TIME,
    BoardDefinition,
    BoardOptions,
    Period,
    Span,
    Standing,
    StandingsPage,
    View,
    span_containing,
    span_from_key,
)
from ledgerboard_infra.clock import Clock


class UnknownBoardError(Exception):
    """Nobody defined the board or submitted to it."""

    def __init__(self, board: str) -> None:
        super().__init__(board)
        self.board = board


class Definitions(Protocol):
    """Current board definitions. Raises `UnavailableError` where the record is needed and cannot be asked."""

    def current(self, board: str) -> BoardDefinition | None:
        """The current definition, or None where there is no such board."""
        ...


class Boards(Protocol):
    """The live boards. Each call is one atomic read.

    Raises `UnavailableError` when they are down and `ViewExpiredError` for a view that they no longer keep.
    """

    def page(self, view: View, options: BoardOptions, start: int, stop: int) -> StandingsPage:
        """Consecutive standings, half-open."""
        ...

    def standing(self, view: View, options: BoardOptions, player: str) -> Standing | None:
        """One player's place, or None."""
        ...

    def top(self, view: View, options: BoardOptions) -> CachedTop:
        """The first `TOP_N` places, rendered."""
        ...


class Standings:
    """Answers from the live boards, never from a guess."""

    def __init__(self, definitions: Definitions, boards: Boards, clock: Clock) -> None:
        self._definitions = definitions
        self._boards = boards
        self._clock = clock

    def span(self, period: Period, key: str | None) -> Span:
        """The span that ``key`` names, or the current one. Raises `InvalidPeriodKeyError`."""
        return span_containing(period, self._clock.now()) if key is None else span_from_key(period, key)

    def page(self, board: str, span: Span, start: int, stop: int) -> StandingsPage:
        """Ranks ``start`` to ``stop``, half-open. Raises `UnknownBoardError`."""
        return self._boards.page(View(board, span), self._definition(board).options, start, stop)

    def top(self, board: str, span: Span) -> CachedTop:
        """The first `TOP_N` ranks, rendered. Raises `UnknownBoardError`."""
        return self._boards.top(View(board, span), self._definition(board).options)

    def standing(self, board: str, span: Span, player: str) -> Standing | None:
        """The player's place, or None for a player without a play in the span. Raises `UnknownBoardError`."""
        return self._boards.standing(View(board, span), self._definition(board).options, player)

    def all_time_page(self, board: str, start: int, stop: int) -> StandingsPage:
        """As `page`, over all time; an unknown board is an empty one."""
        definition = self._definitions.current(board)
        if definition is None or start == stop:
            return StandingsPage(standings=(), total=0)
        return self._boards.page(View(board, ALL_TIME), definition.options, start, stop)

    def all_time_standing(self, board: str, player: str) -> Standing | None:
        """As `standing`, over all time; nobody stands on an unknown board."""
        definition = self._definitions.current(board)
        if definition is None:
            return None
        return self._boards.standing(View(board, ALL_TIME), definition.options, player)

    def _definition(self, board: str) -> BoardDefinition:
        definition = self._definitions.current(board)
        if definition is None:
            raise UnknownBoardError(board)
        return definition
