"""Whose score it is: a player submits for themself only, a key to its boards only, and players make no boards.

The path and the body say for whom a score is meant; who sends it is known from the credential alone.
"""

from collections.abc import Collection
from typing import Protocol

from ledgerboard_contracts import BoardDefinition, Submitters
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
    """Which scores a principal may submit. A player's makes no board, but for ``open_boards``."""

    def __init__(self, definitions: Definitions, open_boards: Collection[str]) -> None:
        self._definitions = definitions
        self._open_boards = frozenset(open_boards)

    def refusal(self, principal: Principal, ask: Ask) -> ProblemError | None:
        """The problem of a score that is not theirs to submit, or None. Raises `UnavailableError`."""
        if not principal.covers(ask.board):
            return _refuse(P.FORBIDDEN, "board", "is not of this key", "This key is held to other boards.")
        if not principal.speaks_for(ask.player):
            return _refuse(P.FORBIDDEN, "player", "is not you", "Nobody submits another player's score.")
        return None if principal.makes_boards else self._refusal_of_player(ask.board)

    def _refusal_of_player(self, board: str) -> ProblemError | None:
        definition = self._definitions.current(board)
        if definition is not None and definition.options.submitters is Submitters.SERVERS:
            return _refuse(P.FORBIDDEN, "board", "takes scores from servers only", "No player submits to this board.")
        if definition is None and board not in self._open_boards:
            return _refuse(P.UNKNOWN_BOARD, "board", "is not defined", f"Nobody defined the board {board}.")
        return None


def _refuse(kind: P, field: str, message: str, detail: str) -> ProblemError:
    return ProblemError(kind, detail, errors=[FieldError(field, message)])
