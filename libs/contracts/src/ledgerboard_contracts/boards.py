"""Board definitions: how a board ranks and what it accepts.

A definition never changes once it has a version; an edit makes the next version. A message names the version that
judges it, so that redelivery years later meets the same rules.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Final

from msgspec import Meta

from ledgerboard_contracts.scores import MAX_SCORE, BoardName, BoardVersion, Score


class Order(StrEnum):
    """Which scores rank first."""

    DESC = "desc"
    ASC = "asc"


class Policy(StrEnum):
    """Which of a player's plays the board shows."""

    BEST = "best"


class InvalidDefinitionError(ValueError):
    """A definition contradicts itself. ``field`` names the option at fault."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardOptions:
    """What an operator chooses for a board. The defaults serve boards that nobody defined.

    ``order`` ``desc``: the greater score ranks first. ``min_score`` and ``max_score`` are inclusive bounds.
    """

    order: Order = Order.DESC
    policy: Policy = Policy.BEST
    min_score: Score = -MAX_SCORE
    max_score: Score = MAX_SCORE
    title: Annotated[str, Meta(max_length=120)] = ""

    def __post_init__(self) -> None:
        if self.min_score > self.max_score:
            raise InvalidDefinitionError("min_score", "min_score must not be above max_score")

    def projects_like(self, other: "BoardOptions") -> bool:
        """Whether both fold the same facts into the same ranks, so that one may follow the other without a rebuild."""
        return (self.order, self.policy) == (other.order, other.policy)


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardDefinition:
    """One version of a board's options. Versions count from 1."""

    board: BoardName
    version: BoardVersion
    options: BoardOptions


DEFAULT_OPTIONS: Final = BoardOptions()
"""What an undefined board gets at its first submission: more is better, best play counts, no bounds, no title."""
