"""Standings: what a reader of a board is told.

``rank`` counts from 0 and ``position`` from 1; neither is ever tested for truth, since the leader's rank is 0. Every
type here is one atomic read: whatever stands together in it was true at one moment.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Ranking(StrEnum):
    """How equal scores share a rank.

    ``ordinal``: they do not; tie-breaks, the earlier play and then the player's id tell them apart (1, 2, 3, 4).
    ``competition``: one more than the entries with a better score (1, 2, 2, 4). ``dense``: one more than the distinct
    better scores (1, 2, 2, 3). The order of a page is the ordinal one in any case.
    """

    ORDINAL = "ordinal"
    COMPETITION = "competition"
    DENSE = "dense"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A player's place in one view.

    ``achieved_at`` is when the play that counts occurred (UTC, microseconds); of a sum, the last play that changed it.
    """

    rank: int
    position: int
    player: str
    score: int
    achieved_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingsPage:
    """Consecutive standings from one atomic read, ``total`` players in the view at that moment."""

    standings: tuple[Standing, ...]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorePage:
    """Consecutive standings within a range of scores. ``matched`` of the view's ``total`` entries are in the range."""

    standings: tuple[Standing, ...]
    total: int
    matched: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """Consecutive standings around one place of a view with ``total`` entries.

    ``centre`` is the index in ``standings`` of the player that was asked for; around a score it is where an entry of
    that score would be inserted, behind its equals, and so may be one past the end.
    """

    standings: tuple[Standing, ...]
    total: int
    centre: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Placing:
    """A standing, and what it is worth: ``better`` of the view's ``total`` entries have a better score."""

    standing: Standing
    better: int
    total: int

    @property
    def percentile(self) -> float:
        """The share of entries whose score is equal or worse, in percent: 100 for the best score, never 0."""
        return percentile(self.better, self.total)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedStanding:
    """A standing on the board, and its rank among the players that were asked for together."""

    standing: Standing
    list_rank: int
    list_position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HypotheticalPlacing:
    """Where an entry that does not exist would stand. ``better`` and ``total`` are as they would be with it."""

    rank: int
    position: int
    better: int
    total: int

    @property
    def percentile(self) -> float:
        """As that of `Placing`."""
        return percentile(self.better, self.total)


def percentile(better: int, total: int) -> float:
    """100 * (total - better) / total: the percentage of ``total`` (at least 1) that is not better."""
    return 100 * (total - better) / total
