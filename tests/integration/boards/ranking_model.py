"""What each read must answer, by plain arithmetic on the whole list of standings."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import uuid4

import redis
from hypothesis import strategies as st

from ledgerboard_boards import RedisStandings
from ledgerboard_contracts import (
    ALL_TIME,
    BoardDefinition,
    BoardOptions,
    Fact,
    Order,
    Policy,
    Ranking,
    Standing,
    TieBreak,
    View,
)
from ledgerboard_infra.ids import new_uuid7
from ledgerboard_testkit.first_generation import FirstGeneration
from ledgerboard_testkit.plays import make_envelope

NOW: Final = datetime.now(UTC)
_TIES: Final = (TieBreak(attribute="lives"), TieBreak(attribute="shots", order=Order.ASC))

CHESS: Final = View("chess", ALL_TIME)
PLAYERS: Final = [f"player-{number}" for number in range(12)]

options: Final = st.builds(
    lambda order, policy, ties: BoardOptions(order=order, policy=policy, ties=() if policy is Policy.TOTAL else ties),
    st.sampled_from(Order),
    st.sampled_from(Policy),
    st.sampled_from([(), _TIES]),
)
scores: Final = st.integers(-2, 2) | st.sampled_from([2**53, 2**53 - 1, -(2**53)])
facts: Final = st.builds(
    lambda player, score, age, lives, shots: Fact(
        event_id=new_uuid7(NOW),
        player=player,
        score=score,
        occurred_at=NOW - timedelta(microseconds=age),
        attributes={"lives": lives, "shots": shots},
    ),
    st.sampled_from(PLAYERS),
    scores,
    st.integers(0, 3),
    st.integers(0, 1),
    st.integers(0, 1),
)
histories: Final = st.lists(facts, max_size=30)
rankings: Final = st.sampled_from(Ranking)


@dataclass(frozen=True)
class Ranked:
    """A view as its ordinal page tells it, which other tests hold to the plain fold."""

    rows: Sequence[Standing]
    order: Order

    def better(self, score: int) -> list[int]:
        """The better scores, one for each entry."""
        return [row.score for row in self.rows if self.is_better(row.score, score)]

    def is_better(self, score: int, other: int) -> bool:
        return score > other if self.order is Order.DESC else score < other

    def rank(self, row: Standing, ranking: Ranking) -> int:
        if ranking is Ranking.ORDINAL:
            return row.rank
        better = self.better(row.score)
        return len(better) if ranking is Ranking.COMPETITION else len(set(better))

    def shown(self, rows: Sequence[Standing], ranking: Ranking) -> tuple[Standing, ...]:
        """The rows as a reader sees them who asks for that ranking."""
        ranks = [self.rank(row, ranking) for row in rows]
        return tuple(replace(row, rank=rank, position=rank + 1) for row, rank in zip(rows, ranks, strict=True))

    def window(self, start: int, size: int) -> Sequence[Standing]:
        """``size`` rows from ``start`` on, moved until they fit."""
        first = max(0, min(start, len(self.rows) - size))
        return self.rows[first : first + size]

    def best_of(self, player: str) -> Standing | None:
        """The player's first row."""
        return next((row for row in self.rows if row.player == player), None)


@contextmanager
def folded(url: str, choice: BoardOptions, history: Sequence[Fact]) -> Iterator[tuple[RedisStandings, Ranked]]:
    """A board of its own with that history, and what it must answer."""
    stage = f"reads-{uuid4().hex[:12]}"
    with redis.Redis.from_url(url) as client:
        definition = BoardDefinition(board="chess", version=1, options=choice)
        FirstGeneration(client, stage).fold([(make_envelope("chess", history), definition)], NOW)
        standings = RedisStandings(client, stage)
        yield standings, Ranked(standings.page(CHESS, choice, 0, 1000).standings, choice.order)
