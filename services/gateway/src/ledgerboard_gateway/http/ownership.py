"""Whose score it is: a player submits for themself only, a key to its boards only, and few make boards.

The path and the body say for whom a score is meant; who sends it is known from the credential alone.
"""

from collections.abc import Collection
from typing import Protocol

from ledgerboard_contracts import BoardDefinition, BoardOptions, Submitters
from ledgerboard_gateway.http.problems import FieldError, ProblemError
from ledgerboard_gateway.http.problems import ProblemType as P
from ledgerboard_gateway.principals import Principal
from ledgerboard_gateway.submit import Ask


class Definitions(Protocol):
    """Current board definitions. Raises `UnavailableError` where nobody can tell."""

    def current(self, board: str) -> BoardDefinition | None:
        """The current definition, or None where there is no such board."""
        ...


class Ownership:
    """Which scores a principal may submit. ``open_boards`` are made by anybody's score, and others by a founder's."""

    def __init__(self, definitions: Definitions, open_boards: Collection[str]) -> None:
        self._definitions = definitions
        self._open_boards = frozenset(open_boards)

    def refusal(self, principal: Principal, ask: Ask) -> ProblemError | None:
        """The problem of a score that is not theirs to submit, or None. Raises `UnavailableError`."""
        if not principal.covers(ask.board):
            return _refuse(P.FORBIDDEN, "board", "is not of this key", "This key is held to other boards.")
        if not principal.speaks_for(ask.player):
            return _refuse(P.FORBIDDEN, "player", "is not you", "Nobody submits another player's score.")
        if principal.is_manager:
            return None
        definition = self._definitions.current(ask.board)
        if definition is not None:
            return None if principal.submits_for_others else _refusal_of_player(definition.options, ask)
        if principal.makes_boards or ask.board in self._open_boards:
            return None
        return _refuse(P.UNKNOWN_BOARD, "board", "is not defined", f"Nobody defined the board {ask.board}.")

    def founds(self, principal: Principal, board: str) -> bool:
        """Whether a score of theirs would make a board of which each counts. Raises `UnavailableError`."""
        if principal.is_manager or board in self._open_boards:
            return False
        return principal.makes_boards and self._definitions.current(board) is None


def _refusal_of_player(options: BoardOptions, ask: Ask) -> ProblemError | None:
    """What the board would reject of a player whatever else is known of it. The rest is for the judge."""
    if options.submitters is Submitters.SERVERS:
        return _refuse(P.FORBIDDEN, "board", "takes scores from servers only", "No player submits to this board.")
    if ask.session is not None and not options.managed_sessions:
        detail = f"Nobody opens sessions on {ask.board}, and a player's score names no other."
        return _refuse(P.UNKNOWN_SESSION, "session", "is not known", detail)
    if ask.level is not None and not isinstance(options.levels, int) and ask.level not in options.levels:
        detail = f"{ask.board} declares its levels, and a player's score names no other."
        return _refuse(P.INVALID_REQUEST, "level", "is none of the board's", detail)
    return None


def _refuse(kind: P, field: str, message: str, detail: str) -> ProblemError:
    return ProblemError(kind, detail, errors=[FieldError(field, message)])
