"""The rules of a board against cheating: who submits, and which plays somebody has to look at.

A play is suspect by what was recorded of its player before it, and by its own version of the board. Each rule can only
suspect more plays the more is recorded, so the order in which plays arrive leaves the same suspects.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Final

from msgspec import Meta

MAX_GAIN_SCORE: Final = 2**54
"""The greatest gain that there is: from the smallest score to the greatest."""

MAX_GAIN_SECONDS: Final = 7 * 24 * 60 * 60
MAX_PLAYS: Final = 1_000_000


class Submitters(StrEnum):
    """Whose submissions a board takes."""

    ANYONE = "anyone"
    SERVERS = "servers"
    """Those of game servers and managers; no player submits a score of their own."""


class OnSuspicion(StrEnum):
    """What becomes of a play that a rule suspects."""

    REVIEW = "review"
    """It counts until a manager refuses it."""
    REFUSE = "refuse"
    """It is voided at once."""


class Suspicion(StrEnum):
    """The rules that suspect plays, by the options that set them."""

    MAX_GAIN = "max_gain"
    MAX_ATTEMPTS = "max_attempts"


class AttemptPeriod(StrEnum):
    """What attempts are counted in, by the board's time zone. Weeks begin on Monday."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"


@dataclass(frozen=True, slots=True, kw_only=True)
class MaxGain:
    """A play is suspect if it is better by more than ``score`` than one before it.

    Of the same player on the same level, accepted at most ``seconds`` before. Any such play, not only the last one: to
    climb in small steps, or to play badly in between, changes nothing.
    """

    score: Annotated[int, Meta(ge=0, le=MAX_GAIN_SCORE)]
    seconds: Annotated[int, Meta(ge=1, le=MAX_GAIN_SECONDS)]


@dataclass(frozen=True, slots=True, kw_only=True)
class MaxAttempts:
    """A play is suspect if ``plays`` of its player were accepted before it in the same period."""

    plays: Annotated[int, Meta(ge=1, le=MAX_PLAYS)]
    period: AttemptPeriod
