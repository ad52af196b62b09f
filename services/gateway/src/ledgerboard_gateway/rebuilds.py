"""Ask that boards be projected anew from the ledger, and tell how far that is.

A rebuild is a row in the ledger that whoever rebuilds will find, so asking for it is durable once it is answered.
Asking again while one is pending asks for nothing more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from ledgerboard_contracts import BoardDefinition
from ledgerboard_gateway.corrections import Why
from ledgerboard_gateway.views import UnknownBoardError
from ledgerboard_ledger.generation_records import Generation, GenerationStage


class Generations(Protocol):
    """The record of generations. Raises `UnavailableError` when it is down."""

    def request(self, board: str, *, board_version: int | None, reason: str, author: str) -> Generation:
        """Ask for a generation; without a version by the current one. What is pending already is returned."""
        ...

    def list(self, board: str | None) -> Sequence[Generation]:
        """The generations of a board, or of all, newest first."""
        ...


class Definitions(Protocol):
    """The record of boards. Raises `UnavailableError` when it is down."""

    def current(self, board: str) -> BoardDefinition | None:
        """The current definition, or None where there is no such board."""
        ...

    def list(self, after: str | None, limit: int, prefix: str, contains: str) -> Sequence[BoardDefinition]:
        """Definitions by name."""
        ...


@dataclass(frozen=True, slots=True)
class Requested:
    """Generations that were asked for, and the board behind which others remain."""

    generations: Sequence[Generation]
    after: str | None


class Rebuilds:
    """The way to a new generation. Everything raises `UnavailableError` when the record is down."""

    def __init__(self, generations: Generations, definitions: Definitions) -> None:
        self._generations = generations
        self._definitions = definitions

    def request(self, board: str, why: Why) -> Generation:
        """Ask for one board's. Raises `UnknownBoardError` where there is none."""
        if self._definitions.current(board) is None:
            raise UnknownBoardError(board)
        return self._request(board, why)

    def request_all(self, after: str | None, limit: int, why: Why) -> Requested:
        """Ask for those of the first ``limit`` boards by name that follow ``after``."""
        boards = [definition.board for definition in self._definitions.list(after, limit, "", "")]
        return Requested([self._request(board, why) for board in boards], boards[-1] if len(boards) == limit else None)

    def known(self, board: str | None) -> Sequence[Generation]:
        """The generations of a board or of all, newest first."""
        return self._generations.list(board)

    def pending(self, definition: BoardDefinition) -> Generation | None:
        """The generation that is to bring this definition to its board, if it is still to come."""
        for each in self._generations.list(definition.board):
            if each.board_version == definition.version and each.state in _PENDING:
                return each
        return None

    def _request(self, board: str, why: Why) -> Generation:
        return self._generations.request(board, board_version=None, reason=why.reason, author=why.author)


_PENDING: Final = (GenerationStage.REQUESTED, GenerationStage.OPENING, GenerationStage.BUILDING)
