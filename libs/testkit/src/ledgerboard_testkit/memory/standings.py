"""Live boards in memory: every read by plain arithmetic on a list that is folded anew each time.

A contract suite holds them and `RedisStandings` to the same answers.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import msgspec

from ledgerboard_boards import CachedTop, RankTooDeepError
from ledgerboard_boards.reading import MAX_DISTINCT_SCORES, distinct_scores
from ledgerboard_contracts import (
    FIRST_GENERATION,
    TOP_N,
    BoardOptions,
    Fact,
    HypotheticalPlacing,
    ListedStanding,
    Neighbours,
    Order,
    Placing,
    Policy,
    Ranking,
    ScopeKind,
    ScorePage,
    Standing,
    StandingsPage,
    View,
)
from ledgerboard_testkit.memory.dependency import FixedClock
from ledgerboard_testkit.memory.live import LiveFacts
from ledgerboard_testkit.rankings import expected_rows, row_if_played

_ORDINAL: Final = Ranking.ORDINAL


class MemoryStandings(LiveFacts):
    """As `RedisStandings`. ``max_distinct_scores`` is how far a dense ranking counts."""

    def __init__(self, clock: FixedClock) -> None:
        super().__init__(clock)
        self.max_distinct_scores = MAX_DISTINCT_SCORES
        self._tops: dict[View, tuple[int, bytes]] = {}

    def page(
        self, view: View, options: BoardOptions, start: int, stop: int, ranking: Ranking = _ORDINAL
    ) -> StandingsPage:
        """Consecutive standings, half-open."""
        if start < 0:
            raise ValueError(f"start must not be negative: {start}")
        everyone = self._fold(view, options)
        shown = self._shown(everyone[start : max(start, stop)], everyone, view, options, ranking)
        return StandingsPage(standings=shown, total=len(everyone))

    def last(self, view: View, options: BoardOptions, count: int, ranking: Ranking = _ORDINAL) -> StandingsPage:
        """The last standings."""
        total = len(self._fold(view, options))
        return self.page(view, options, max(0, total - count), total, ranking)

    def by_score(
        self,
        view: View,
        options: BoardOptions,
        bounds: tuple[int | None, int | None],
        offset: int,
        count: int,
        ranking: Ranking = _ORDINAL,
    ) -> ScorePage:
        """Consecutive standings within inclusive bounds."""
        everyone, (low, high) = self._fold(view, options), bounds
        inside = [row for row in everyone if (low is None or row.score >= low) and (high is None or row.score <= high)]
        shown = self._shown(inside[offset : offset + count], everyone, view, options, ranking)
        return ScorePage(standings=shown, total=len(everyone), matched=len(inside))

    def around_player(
        self, view: View, options: BoardOptions, player: str, side: int, ranking: Ranking = _ORDINAL
    ) -> Neighbours | None:
        """The player's neighbours, or None."""
        own = self._own(self._fold(view, options), player)
        return None if own is None else self._around(own.rank, side, 2 * side + 1, view, options, ranking)

    def around_score(
        self, view: View, options: BoardOptions, score: int, side: int, ranking: Ranking = _ORDINAL
    ) -> Neighbours:
        """The neighbours of the place of a score."""
        rank = sum(not _is_better(score, row.score, options) for row in self._fold(view, options))
        return self._around(rank, side, 2 * side, view, options, ranking)

    def standing(self, view: View, options: BoardOptions, player: str, ranking: Ranking = _ORDINAL) -> Standing | None:
        """One player's place, or None."""
        placing = self.placing(view, options, player, ranking)
        return None if placing is None else placing.standing

    def placing(self, view: View, options: BoardOptions, player: str, ranking: Ranking = _ORDINAL) -> Placing | None:
        """The same, with what it is worth."""
        everyone = self._fold(view, options)
        own = self._own(everyone, player)
        if own is None:
            return None
        (shown,) = self._shown([own], everyone, view, options, ranking)
        better = sum(_is_better(row.score, own.score, options) for row in everyone)
        return Placing(standing=shown, better=better, total=len(everyone))

    def listed(
        self, view: View, options: BoardOptions, players: Sequence[str], ranking: Ranking = _ORDINAL
    ) -> Sequence[ListedStanding]:
        """Several players' places, best first."""
        everyone = self._fold(view, options)
        own = sorted((row for player in set(players) if (row := self._own(everyone, player))), key=lambda row: row.rank)
        on_board = self._shown(own, everyone, view, options, ranking)
        alone = [replace(row, rank=place, position=place + 1) for place, row in enumerate(own)]
        in_list = self._shown(alone, alone, view, options, ranking)
        return [
            ListedStanding(standing=standing, list_rank=row.rank, list_position=row.position)
            for standing, row in zip(on_board, in_list, strict=True)
        ]

    def standings_of(
        self, player: str, views: Sequence[tuple[View, BoardOptions]], ranking: Ranking = _ORDINAL
    ) -> Sequence[Standing | None]:
        """One player's places in several views."""
        whole, self.max_distinct_scores = self.max_distinct_scores, distinct_scores(len(views))
        try:
            return [self.standing(view, options, player, ranking) for view, options in views]
        finally:
            self.max_distinct_scores = whole

    def hypothetical(
        self, view: View, options: BoardOptions, play: Fact, ranking: Ranking = _ORDINAL
    ) -> HypotheticalPlacing:
        """The place of a play that there is not."""
        self._fold(view, options)
        own = row_if_played(play, options, view)
        rows = expected_rows(self._facts.get(view.board, ()), options, replace(view, generation=FIRST_GENERATION))
        others = [row for row in rows if row[1] != play.player or _keeps_every_play(view, options)]
        better = [row[2] for row in others if _is_better(row[2], play.score, options)]
        ordinal = sum(row[0] < own[0] for row in others)
        rank = self._rank(ordinal, better, view, ranking)
        return HypotheticalPlacing(rank=rank, position=rank + 1, better=len(better), total=len(others) + 1)

    def top(self, view: View, options: BoardOptions) -> CachedTop:
        """The first places, rendered."""
        everyone = self._fold(view, options)
        body = msgspec.json.encode(everyone[:TOP_N])
        version, known = self._tops.get(view, (0, b"[]"))
        self._tops[view] = (version if body == known else version + 1, body)
        return CachedTop(version=self._tops[view][0], body=body, total=len(everyone))

    def _own(self, everyone: Sequence[Standing], player: str) -> Standing | None:
        return next((row for row in everyone if row.player == player), None)

    def _around(
        self, rank: int, side: int, size: int, view: View, options: BoardOptions, ranking: Ranking
    ) -> Neighbours:
        everyone = self._fold(view, options)
        first = max(0, min(rank - side, len(everyone) - size))
        shown = self._shown(everyone[first : first + size], everyone, view, options, ranking)
        return Neighbours(standings=shown, total=len(everyone), centre=rank - first if shown else 0)

    def _shown(
        self,
        rows: Sequence[Standing],
        everyone: Sequence[Standing],
        view: View,
        options: BoardOptions,
        ranking: Ranking,
    ) -> tuple[Standing, ...]:
        """The rows as a reader sees them who asks for that ranking."""
        shown = []
        for row in rows:
            better = [other.score for other in everyone if _is_better(other.score, row.score, options)]
            rank = self._rank(row.rank, better, view, ranking)
            shown.append(replace(row, rank=rank, position=rank + 1))
        return tuple(shown)

    def _rank(self, ordinal: int, better: Sequence[int], view: View, ranking: Ranking) -> int:
        if ranking is Ranking.ORDINAL:
            return ordinal
        rank = len(better) if ranking is Ranking.COMPETITION else len(set(better))
        if ranking is Ranking.DENSE and rank > self.max_distinct_scores:
            raise RankTooDeepError(view)
        return rank


def _is_better(score: int, other: int, options: BoardOptions) -> bool:
    return score > other if options.order is Order.DESC else score < other


def _keeps_every_play(view: View, options: BoardOptions) -> bool:
    return options.policy is Policy.PLAYS and view.scope.kind is not ScopeKind.LEVELS
