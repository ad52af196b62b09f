"""Find the view that a reader asks for, in the words of its board's own definition.

Which day is today, which seasons there are and what is ranked at all differ from board to board, and from one
generation of a board to the next. A ranking that a board does not keep is told apart from one that is empty.
"""

from dataclasses import dataclass

from ledgerboard_contracts import (
    WHOLE_BOARD,
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
class LiveBoard:
    """What is read of a board: one generation of it, by the options that it was folded by."""

    board: str
    generation: int
    options: BoardOptions


@dataclass(frozen=True, slots=True)
class BoardView:
    """A view, and the options by which it ranks."""

    view: View
    options: BoardOptions


class Views:
    """Looks up which view is meant."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def find(self, live: LiveBoard, wanted: Wanted) -> BoardView:
        """The view, as that generation of its board shows it.

        Raises `InvalidPeriodKeyError` for a key that is none, `UnknownViewError` for a ranking that the board lacks.
        """
        options = live.options
        _check_ranked(live.board, wanted.scope, options)
        span = self._span(live.board, wanted, options)
        return BoardView(View(live.board, span, wanted.scope, live.generation), options)

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
