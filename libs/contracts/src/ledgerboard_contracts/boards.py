"""Board definitions: how a board ranks and what it accepts.

A definition never changes once it has a version; an edit makes the next version. A message names the version that
judges it, so that redelivery years later meets the same rules.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Final

from msgspec import Meta

from ledgerboard_contracts.calendars import Calendar, Season, TimeZoneName, UnknownTimeZoneError, zone_of
from ledgerboard_contracts.names import InvalidNameError, check_level
from ledgerboard_contracts.rules import MaxAttempts, MaxGain, OnSuspicion, Submitters
from ledgerboard_contracts.scores import MAX_SCORE, BoardName, BoardVersion, LevelName, Score

MAX_TIE_BREAKS: Final = 5
MAX_SEASONS: Final = 50
MAX_DECIMALS: Final = 9
MAX_DECLARED_LEVELS: Final = 1_000
MAX_LEVELS: Final = 10_000
DEFAULT_LEVELS: Final = 1_000

Levels = (
    Annotated[int, Meta(ge=0, le=MAX_LEVELS)] | Annotated[tuple[LevelName, ...], Meta(max_length=MAX_DECLARED_LEVELS)]
)
"""Levels that players' scores may name: any, up to so many of a board, or those that are declared. Each level and
session is a ranking of its own in Redis, so names that anybody may invent must be bounded."""


class Order(StrEnum):
    """Which scores rank first."""

    DESC = "desc"
    ASC = "asc"


class Policy(StrEnum):
    """Which of a player's plays the board shows."""

    BEST = "best"
    LATEST = "latest"
    TOTAL = "total"
    """The sum of all of them."""
    PLAYS = "plays"
    """Every play for itself, so that a player may stand in several places."""


class InvalidDefinitionError(ValueError):
    """A definition contradicts itself. ``field`` names the option at fault."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class TieBreak:
    """An attribute of every submission, an integer within +-2^53, that orders equal scores."""

    attribute: Annotated[str, Meta(min_length=1, max_length=64)]
    order: Order = Order.DESC


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardOptions:
    """What an operator chooses for a board. The defaults serve boards that nobody defined.

    ``order`` ``desc``: the greater score ranks first. ``min_score`` and ``max_score`` are inclusive bounds. The last
    ``decimals`` digits of a score are decimals, which is for those who show it: here every score stays an integer.
    ``ties`` order equal scores, before the time and the player's id do. ``level_views`` and ``session_views`` rank each
    level and session for itself, ``level_total_view`` the sums over the levels of each player's best there. With
    ``managed_sessions`` every score belongs to a session that a manager opened, and must come before it closes.
    ``submitters`` says who submits; ``max_gain`` and ``max_attempts`` suspect plays, and ``on_suspicion`` says what
    becomes of those. ``levels`` are those that players' scores may name; a server's names any.
    """

    order: Order = Order.DESC
    policy: Policy = Policy.BEST
    min_score: Score = -MAX_SCORE
    max_score: Score = MAX_SCORE
    title: Annotated[str, Meta(max_length=120)] = ""
    decimals: Annotated[int, Meta(ge=0, le=MAX_DECIMALS)] = 0
    ties: Annotated[tuple[TieBreak, ...], Meta(max_length=MAX_TIE_BREAKS)] = ()
    time_zone: TimeZoneName = "UTC"
    seasons: Annotated[tuple[Season, ...], Meta(max_length=MAX_SEASONS)] = ()
    level_views: bool = True
    session_views: bool = True
    level_total_view: bool = False
    managed_sessions: bool = False
    submitters: Submitters = Submitters.ANYONE
    max_gain: MaxGain | None = None
    max_attempts: MaxAttempts | None = None
    on_suspicion: OnSuspicion = OnSuspicion.REVIEW
    levels: Levels = DEFAULT_LEVELS

    def __post_init__(self) -> None:
        if self.min_score > self.max_score:
            raise InvalidDefinitionError("min_score", "min_score must not be above max_score")
        _check_ties(self)
        _check_seasons(self.seasons)
        _check_levels(self.levels)
        try:
            zone_of(self.time_zone)
        except UnknownTimeZoneError as error:
            raise InvalidDefinitionError("time_zone", str(error)) from error

    @property
    def calendar(self) -> Calendar:
        """How the board divides time."""
        return Calendar(time_zone=self.time_zone, seasons=self.seasons)

    def projects_like(self, other: "BoardOptions") -> bool:
        """Whether both fold the same facts into the same ranks, so that one may follow the other without a rebuild."""
        return self.projection_conflict(other) is None

    def projection_conflict(self, other: "BoardOptions") -> str | None:
        """The first option by which the two fold the same facts into other ranks or other views, or None."""
        return next((name for name in _PROJECTION if getattr(self, name) != getattr(other, name)), None)


_PROJECTION: Final = (
    "order", "policy", "ties", "time_zone", "seasons", "level_views", "session_views", "level_total_view",
)  # fmt: skip
"""The options that decide which views a fact goes to and how it ranks there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardDefinition:
    """One version of a board's options. Versions count from 1."""

    board: BoardName
    version: BoardVersion
    options: BoardOptions


def _check_ties(options: BoardOptions) -> None:
    names = [tie.attribute for tie in options.ties]
    if len(names) > MAX_TIE_BREAKS:
        raise InvalidDefinitionError("ties", f"a board has at most {MAX_TIE_BREAKS} tie-breaks")
    if len(set(names)) < len(names):
        raise InvalidDefinitionError("ties", "an attribute can break ties only once")
    if names and options.policy is Policy.TOTAL:
        raise InvalidDefinitionError("ties", "a total is not one play, so it has no tie-breaks")


def _check_seasons(seasons: tuple[Season, ...]) -> None:
    if len(seasons) > MAX_SEASONS:
        raise InvalidDefinitionError("seasons", f"a board has at most {MAX_SEASONS} seasons")
    if len({season.key for season in seasons}) < len(seasons):
        raise InvalidDefinitionError("seasons", "no two seasons may have the same key")
    for season in seasons:
        if season.start >= season.end:
            raise InvalidDefinitionError("seasons", f"the season {season.key!r} must end after it starts")


def _check_levels(levels: Levels) -> None:
    if isinstance(levels, int):
        if not 0 <= levels <= MAX_LEVELS:
            raise InvalidDefinitionError("levels", f"a board has at most {MAX_LEVELS} levels that players name")
        return
    if len(levels) > MAX_DECLARED_LEVELS:
        raise InvalidDefinitionError("levels", f"a board declares at most {MAX_DECLARED_LEVELS} levels")
    if len(set(levels)) < len(levels):
        raise InvalidDefinitionError("levels", "a level is declared once")
    for level in levels:
        try:
            check_level(level)
        except InvalidNameError as error:
            raise InvalidDefinitionError("levels", str(error)) from error


DEFAULT_OPTIONS: Final = BoardOptions()
"""What an undefined board gets at its first submission: more is better, best play counts, no bounds, no title."""
