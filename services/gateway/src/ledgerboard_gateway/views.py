"""Find the view that a reader asks for, in the words of its board's own definition.

Which day is today, which seasons there are and what is ranked at all differ from board to board. A ranking that a board
does not keep is told apart from one that is empty.
"""

from dataclasses import dataclass
from typing import Protocol

from ledgerboard_contracts import (
    WHOLE_BOARD,
    BoardDefinition,
    BoardOptions,
    InvalidPeriodKeyError,
    Period,
    Scope,
    ScopeKind,
    Span,
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


class UnknownViewError(Exception):
    """The board keeps no such ranking. The message is fit for the reader."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which ranking of a board a reader asks for. Without a key it is the current one of its period."""

    period: Period = Period.ALL
    key: str | None = None
    scope: Scope = WHOLE_BOARD


ALL_TIME_OF_BOARD = Wanted()


@dataclass(frozen=True, slots=True)
class BoardView:
    """A view, and the options by which it ranks."""

    view: View
    options: BoardOptions


class Definitions(Protocol):
    """Current board definitions. Raises `UnavailableError` where the record is needed and cannot be asked."""

    def current(self, board: str) -> BoardDefinition | None:
        """The current definition, or None where there is no such board."""
        ...


class Views:
    """Looks up which view is meant."""

    def __init__(self, definitions: Definitions, clock: Clock) -> None:
        self._definitions = definitions
        self._clock = clock

    def find(self, board: str, wanted: Wanted) -> BoardView:
        """The view. Raises `UnknownBoardError`, and what `find_known` raises."""
        found = self.find_known(board, wanted)
        if found is None:
            raise UnknownBoardError(board)
        return found

    def find_known(self, board: str, wanted: Wanted) -> BoardView | None:
        """The view, or None for an unknown board.

        Raises `InvalidPeriodKeyError` for a key that is none, `UnknownViewError` for a ranking that the board lacks.
        """
        definition = self._definitions.current(board)
        if definition is None:
            return None
        options = definition.options
        _check_ranked(board, wanted.scope, options)
        return BoardView(View(board, self._span(board, wanted, options), wanted.scope), options)

    def _span(self, board: str, wanted: Wanted, options: BoardOptions) -> Span:
        try:
            if wanted.key is None:
                return span_containing(wanted.period, self._clock.now(), options.calendar)
            return span_from_key(wanted.period, wanted.key, options.calendar)
        except InvalidPeriodKeyError as error:
            if wanted.period is Period.SEASON:
                raise UnknownViewError(f"{board}: {error}") from error
            raise


def _check_ranked(board: str, scope: Scope, options: BoardOptions) -> None:
    match scope.kind:
        case ScopeKind.LEVEL if not options.level_views:
            raise UnknownViewError(f"{board} ranks no levels")
        case ScopeKind.SESSION if not options.session_views:
            raise UnknownViewError(f"{board} ranks no sessions")
        case ScopeKind.LEVELS if not options.level_total_view:
            raise UnknownViewError(f"{board} ranks no sums over levels")
