"""Submissions, facts and rejections: what was asked, what was accepted, what was refused.

Every one of them keeps the ``event_id`` and the ``occurred_at`` that the gateway stamped once, so that every later step
agrees on which event this is and on the moment that decides its period.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Final
from uuid import UUID

from msgspec import Meta

MAX_SCORE: Final = 2**53
"""Scores are integers within +-2^53: the range that a double, and so a sorted set, holds exactly."""

MAX_ATTRIBUTES_BYTES: Final = 2048
"""The size of one submission's ``attributes`` as compact JSON."""

Score = Annotated[int, Meta(ge=-MAX_SCORE, le=MAX_SCORE, description="An integer within +-2^53.")]
PlayerId = Annotated[str, Meta(min_length=1, max_length=64, description="The player's id.")]
BoardName = Annotated[str, Meta(min_length=1, max_length=64, description="The board's name.")]
BoardVersion = Annotated[int, Meta(ge=1, lt=2**31, description="A version of the board's definition.")]
LevelName = Annotated[str, Meta(min_length=1, max_length=32, description="The level that was played.")]
SessionName = Annotated[str, Meta(min_length=1, max_length=64, description="The session that was played in.")]
AwareDatetime = Annotated[datetime, Meta(tz=True)]


class RejectionReason(StrEnum):
    """Why ingest refused a submission. Doubles as the ``reason`` label of ``ingest_rejections_total``."""

    SCORE_BELOW_MINIMUM = "score_below_minimum"
    SCORE_ABOVE_MAXIMUM = "score_above_maximum"
    TIE_BREAK_MISSING = "tie_break_missing"
    TIE_BREAK_INVALID = "tie_break_invalid"
    SESSION_MISSING = "session_missing"
    SESSION_CLOSED = "session_closed"
    SESSION_UNKNOWN = "session_unknown"
    """Of a player's score: nobody had opened it when the score was accepted."""
    LEVEL_UNKNOWN = "level_unknown"
    """Of a player's score: the board declares its levels, and this is none of them."""
    LEVELS_EXHAUSTED = "levels_exhausted"
    """Of a player's score: it names a new level, and the board has as many as it takes."""
    SUBMITTER_REFUSED = "submitter_refused"


class Source(StrEnum):
    """Who submitted a score."""

    PLAYER = "player"
    """The player, for themself."""
    SERVER = "server"
    """A game server, or a manager."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A score that a player asks to be counted on one board.

    ``event_id`` is a UUIDv7, ``occurred_at`` is UTC with microseconds; the gateway stamps both when it accepts.
    ``board_version`` names the definition that judges it. Who came before there was a ``source`` was let in as a
    server is.
    """

    event_id: UUID
    board: BoardName
    board_version: BoardVersion
    player: PlayerId
    score: Score
    occurred_at: AwareDatetime
    level: LevelName | None = None
    attributes: dict[str, Any] | None = None
    session: SessionName | None = None
    source: Source = Source.SERVER


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A score that was accepted. The board and its version stand on the envelope that carries it."""

    event_id: UUID
    player: PlayerId
    score: Score
    occurred_at: AwareDatetime
    level: LevelName | None = None
    attributes: dict[str, Any] | None = None
    session: SessionName | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """A score that was refused, with a reason that its submitter can read in ``detail``."""

    event_id: UUID
    board: BoardName
    board_version: BoardVersion
    player: PlayerId
    score: Score
    occurred_at: AwareDatetime
    reason: RejectionReason
    detail: str
    envelope_id: UUID
