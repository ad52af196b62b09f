"""Standings: what a reader of a board is told.

``rank`` counts from 0 and ``position`` from 1; neither is ever tested for truth, since the leader's rank is 0.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A player's place in one view. ``achieved_at`` is when the play that counts occurred (UTC, microseconds)."""

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
