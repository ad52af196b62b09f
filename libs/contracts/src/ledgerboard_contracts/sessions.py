"""Sessions that a manager opens and closes, and whether a score came in time for one.

Only the moment of acceptance counts, never that of arrival. Who looks at a session also learns the moment of the look:
up to it an open session can no longer close, so a verdict on anything accepted until then is final.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Final

from msgspec import Meta

DEFAULT_CAPACITY: Final = 150
MAX_CAPACITY: Final = 10_000
MAX_MINUTES: Final = 30
_NEVER: Final = datetime.min.replace(tzinfo=UTC)


class GameType(StrEnum):
    """How often a player may be seated, and for how long."""

    MULTIPLE_TRIALS = "MULTIPLE_TRIALS"
    SINGLE_TRIAL = "SINGLE_TRIAL"
    """Each player is seated once."""
    TIME_CONSTRAINED = "TIME_CONSTRAINED"
    """It closes by itself, so many minutes after it opened."""


class InvalidSessionError(ValueError):
    """The rules of a session contradict each other. ``field`` names the one at fault."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRules:
    """What a manager chooses for a session. ``minutes`` is for TIME_CONSTRAINED, which must have it."""

    game_type: GameType = GameType.MULTIPLE_TRIALS
    capacity: Annotated[int, Meta(ge=1, le=MAX_CAPACITY)] = DEFAULT_CAPACITY
    minutes: Annotated[int, Meta(ge=1, le=MAX_MINUTES)] | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.capacity <= MAX_CAPACITY:
            raise InvalidSessionError("capacity", f"a session has 1 to {MAX_CAPACITY} seats")
        if (self.minutes is not None) != (self.game_type is GameType.TIME_CONSTRAINED):
            raise InvalidSessionError("minutes", "TIME_CONSTRAINED has minutes, and no other game type does")
        if self.minutes is not None and not 1 <= self.minutes <= MAX_MINUTES:
            raise InvalidSessionError(
                "minutes", f"a session that closes by itself does so within {MAX_MINUTES} minutes"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A session of a board. ``closed_at`` may lie ahead: then it is open until then."""

    board: str
    session: str
    rules: SessionRules
    opened_at: datetime
    closed_at: datetime | None = None

    def is_open(self, moment: datetime) -> bool:
        """Whether a score that is accepted at ``moment`` is in time."""
        return self.closed_at is None or moment <= self.closed_at


class Admission(StrEnum):
    """Whether a score came in time for its session."""

    ADMITTED = "admitted"
    CLOSED = "closed"
    AHEAD = "ahead"
    """Accepted after the session was looked at, by a clock that runs ahead: look again later."""


def admission(closed_at: datetime | None, accepted_at: datetime, as_of: datetime) -> Admission:
    """What a look at ``as_of`` says of a score. ADMITTED and CLOSED are final: no later look says otherwise."""
    if closed_at is not None and closed_at <= as_of:
        return Admission.ADMITTED if accepted_at <= closed_at else Admission.CLOSED
    return Admission.ADMITTED if accepted_at <= as_of else Admission.AHEAD


SessionKey = tuple[str, str]
"""A board and a session of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenSessions:
    """One look at sessions: when each opened, and closed or will, at the moment ``as_of``.

    What is not there was unknown then, and opens later than that if it ever does.
    """

    as_of: datetime = _NEVER
    closed_at: Mapping[SessionKey, datetime | None] = field(default_factory=lambda: MappingProxyType({}))
    opened_at: Mapping[SessionKey, datetime] = field(default_factory=lambda: MappingProxyType({}))

    def admission(self, key: SessionKey, accepted_at: datetime) -> Admission | None:
        """Whether a score came in time, or None where there is no such session."""
        if key not in self.closed_at:
            return None
        return admission(self.closed_at[key], accepted_at, self.as_of)
