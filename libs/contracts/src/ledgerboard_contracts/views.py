"""Views: the sorted lists that one board is seen through.

A view is board x scope x span. Which views a fact belongs to follows from the fact and the board's options alone, so
that the boards, the ledger and a test draw the same lists.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ledgerboard_contracts.boards import BoardOptions
from ledgerboard_contracts.periods import ALL_TIME, Span, spans_of
from ledgerboard_contracts.scores import Fact

TOP_N: Final = 100
"""How many first places of a view are kept rendered; a change below them leaves the rendering valid."""


FIRST_GENERATION: Final = 1
"""The number of a board's first complete projection; each rebuild makes the next."""


class ScopeKind(StrEnum):
    """Which plays of a board a view ranks."""

    BOARD = "board"
    LEVEL = "level"
    SESSION = "session"
    LEVELS = "levels"
    """Those with a level; a player's score is the sum of the best ones on each."""


@dataclass(frozen=True, slots=True)
class Scope:
    """One concrete scope: ``name`` says which level or session, and is empty for the others."""

    kind: ScopeKind
    name: str = ""

    @property
    def key(self) -> str:
        """``board``, ``level:<name>``, ``session:<id>`` or ``levels``."""
        return f"{self.kind.value}:{self.name}" if self.name else self.kind.value


WHOLE_BOARD: Final = Scope(ScopeKind.BOARD)
ALL_LEVELS: Final = Scope(ScopeKind.LEVELS)


def level_scope(name: str) -> Scope:
    """The plays on one level."""
    return Scope(ScopeKind.LEVEL, name)


def session_scope(name: str) -> Scope:
    """The plays in one session."""
    return Scope(ScopeKind.SESSION, name)


@dataclass(frozen=True, slots=True)
class View:
    """One ranking: the plays of ``board`` within ``span`` and ``scope``, as one generation of the board shows it."""

    board: str
    span: Span
    scope: Scope = WHOLE_BOARD
    generation: int = FIRST_GENERATION


def scopes_of(fact: Fact, options: BoardOptions) -> Iterator[Scope]:
    """The scopes that ``fact`` counts in."""
    yield WHOLE_BOARD
    if fact.level is not None and options.level_views:
        yield level_scope(fact.level)
    if fact.level is not None and options.level_total_view:
        yield ALL_LEVELS
    if fact.session is not None and options.session_views:
        yield session_scope(fact.session)


def views_of(board: str, fact: Fact, options: BoardOptions) -> Iterator[View]:
    """The views that ``fact`` counts in. A session is short: it has a view of all its time only."""
    spans = spans_of(fact.occurred_at, options.calendar)
    for scope in scopes_of(fact, options):
        for span in (ALL_TIME,) if scope.kind is ScopeKind.SESSION else spans:
            yield View(board, span, scope)
