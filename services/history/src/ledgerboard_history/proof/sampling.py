"""Prove a few boards every hour, so that whoever watches hears of a difference before a player does."""

from collections.abc import Callable, Sequence
from typing import Protocol

from ledgerboard_contracts import BoardDefinition
from ledgerboard_history.proof.reconciling import tell_nobody
from ledgerboard_history.proof.recording import Comparer

_PAGE = 1_000


class Definitions(Protocol):
    """The record of boards."""

    def list(self, after: str | None, limit: int) -> Sequence[BoardDefinition]:
        """Current definitions by name, from the first one after ``after``."""


class SampleBoards:
    """Compares some boards with the ledger. ``choose`` picks so many of a list."""

    def __init__(
        self,
        definitions: Definitions,
        comparer: Comparer,
        *,
        choose: Callable[[Sequence[str], int], Sequence[str]],
        count: int,
    ) -> None:
        self._definitions = definitions
        self._comparer = comparer
        self._choose = choose
        self._count = count

    def run(self) -> dict[str, int]:
        """The number of differences on each board that was looked at. Safe to repeat: it only looks."""
        names = all_boards(self._definitions)
        chosen = self._choose(names, min(self._count, len(names)))
        return {board: len(self._comparer.reconcile(board, tell_nobody).differences) for board in chosen}


def all_boards(definitions: Definitions) -> Sequence[str]:
    """The names of all boards."""
    names: list[str] = []
    while page := definitions.list(names[-1] if names else None, _PAGE):
        names += [definition.board for definition in page]
    return names
