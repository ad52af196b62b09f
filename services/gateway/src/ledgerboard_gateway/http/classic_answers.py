"""The bodies of answers of the classic routes, the form of which players' clients know."""

from uuid import UUID

import msgspec

from ledgerboard_contracts.scores import AwareDatetime


class Game(msgspec.Struct, frozen=True, kw_only=True):
    """One game that a user played."""

    game_id: UUID
    username: str
    gamedate: AwareDatetime
    score: int
    level: str | None


class GamesAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Games of a user. ``next`` leads to more, or is null where there are none."""

    username: str
    scores: tuple[Game, ...]
    next: str | None = None


class TopScore(msgspec.Struct, frozen=True, kw_only=True):
    """One place of a ranking."""

    username: str
    score: int
    gamedate: AwareDatetime


class TopScores(msgspec.Struct, frozen=True, kw_only=True):
    """The best of all time, of the month and of the day."""

    date: str
    overall: tuple[TopScore, ...]
    monthly: tuple[TopScore, ...]
    daily: tuple[TopScore, ...]


class LevelScores(msgspec.Struct, frozen=True, kw_only=True):
    """The best on one level."""

    level: str
    period: str
    key: str
    scores: tuple[TopScore, ...]
