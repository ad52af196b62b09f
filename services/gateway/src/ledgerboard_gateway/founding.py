"""Tell of boards that a score makes."""

from collections.abc import Callable
from typing import Protocol

from ledgerboard_contracts import BoardDefinition


class Definitions(Protocol):
    """Current definitions. Both raise `UnavailableError` where the record is needed and cannot be asked."""

    def current(self, board: str) -> BoardDefinition | None:
        """The current definition, or None where there is no such board."""
        ...

    def ensure(self, board: str) -> BoardDefinition:
        """The current definition; an unknown board is made."""
        ...


class FoundingDefinitions:
    """The definitions as submissions need them. ``made`` is told of each board that was made for one."""

    def __init__(self, definitions: Definitions, made: Callable[[BoardDefinition], object]) -> None:
        self._definitions = definitions
        self._made = made

    def ensure(self, board: str) -> BoardDefinition:
        """The current definition; an unknown board is made."""
        known = self._definitions.current(board)
        if known is not None:
            return known
        made = self._definitions.ensure(board)
        self._made(made)
        return made
