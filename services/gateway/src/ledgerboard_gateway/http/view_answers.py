"""The bodies of answers about the live boards. As `answers`, apart for their number."""

from typing import Literal

import msgspec

from ledgerboard_contracts import Period, Ranking, Standing
from ledgerboard_contracts.scores import AwareDatetime


class InView(msgspec.Struct, frozen=True, kw_only=True):
    """The view that an answer is about, in the words in which it is asked for; what the whole board is has no scope."""

    board: str
    period: Period
    key: str
    level: str | msgspec.UnsetType = msgspec.UNSET
    session: str | msgspec.UnsetType = msgspec.UNSET
    levels: Literal["total"] | msgspec.UnsetType = msgspec.UNSET


class StandingsAnswer(InView, frozen=True, kw_only=True):
    """Consecutive standings from one atomic read; ``total`` entries stand in the view."""

    ranking: Ranking
    total: int
    standings: tuple[Standing, ...]


class ScorePageAnswer(InView, frozen=True, kw_only=True):
    """Consecutive standings within a range of scores, which ``matched`` of the view's ``total`` entries are in."""

    ranking: Ranking
    total: int
    matched: int
    standings: tuple[Standing, ...]


class NeighboursAnswer(InView, frozen=True, kw_only=True):
    """Consecutive standings. ``centre`` is the index in them of the player that was asked for.

    Around a score it is where an entry of that score would be inserted, behind its equals; so it may be one past the
    end.
    """

    ranking: Ranking
    total: int
    centre: int
    standings: tuple[Standing, ...]


class StandingAnswer(InView, frozen=True, kw_only=True):
    """One player's place. ``rank`` counts from 0, ``position`` from 1.

    ``better`` of the view's ``total`` entries have a better score; ``percentile`` is the share that has not: 100 for
    the best score.
    """

    player: str
    rank: int
    position: int
    score: int
    achieved_at: AwareDatetime
    ranking: Ranking
    better: int
    total: int
    percentile: float


class HypotheticalAnswer(InView, frozen=True, kw_only=True):
    """Where a play of that score would stand if it came now. All numbers are as they would be with it."""

    score: int
    rank: int
    position: int
    ranking: Ranking
    better: int
    total: int
    percentile: float


class ListedRow(msgspec.Struct, frozen=True, kw_only=True):
    """One of several players: the place on the board, and the place among those that were asked for."""

    rank: int
    position: int
    player: str
    score: int
    achieved_at: AwareDatetime
    list_rank: int
    list_position: int


class LookupAnswer(InView, frozen=True, kw_only=True):
    """Several players from one atomic read, best first. ``missing`` have no place in the view."""

    ranking: Ranking
    standings: tuple[ListedRow, ...]
    missing: tuple[str, ...]


class BoardStanding(InView, frozen=True, kw_only=True):
    """A player's place on one of several boards."""

    rank: int
    position: int
    score: int
    achieved_at: AwareDatetime


class BoardsOfPlayerAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A player's places, in the order in which the boards were named; on those ``missing`` the player has none."""

    player: str
    ranking: Ranking
    standings: tuple[BoardStanding, ...]
    missing: tuple[str, ...]


class StatisticsAnswer(InView, frozen=True, kw_only=True):
    """``total`` entries stand in the view: players, or plays where every play stands for itself."""

    total: int
