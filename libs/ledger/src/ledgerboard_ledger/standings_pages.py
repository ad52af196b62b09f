"""Consecutive standings out of the ledger: by rank, from the end, by score, or around a player or a score."""

from typing import Any

from sqlalchemy import ColumnElement, Label, func, true

from ledgerboard_contracts import TOP_N, BoardOptions, Neighbours, Ranking, ScorePage, StandingsPage, View
from ledgerboard_ledger.ranking import Ranked, ViewReader, key_of, number, rank_of, ranked, standings_of, window


class Pages(ViewReader):
    """The reads of pages.

    Ranges are half-open, counts and sides are not negative (else ValueError), and nothing asked for is nothing given.
    """

    def page(
        self, view: View, options: BoardOptions, start: int, stop: int, ranking: Ranking = Ranking.ORDINAL
    ) -> StandingsPage:
        """The standings with ``start <= ordinal rank < stop`` (from 0), and the number of all at that moment."""
        _check_not_negative(start=start)
        board = ranked(view, options, ranking)
        inside = (board.columns.ordinal >= rank_of(start)) & (board.columns.ordinal < rank_of(stop))
        rows = self._rows(board.rows([board.total], lambda _: inside))
        return StandingsPage(standings=standings_of(rows), total=rows[0].total)

    def last(self, view: View, options: BoardOptions, count: int, ranking: Ranking = Ranking.ORDINAL) -> StandingsPage:
        """The last ``count`` standings, the very last one at the end."""
        _check_not_negative(count=count)
        board = ranked(view, options, ranking)
        rows = self._rows(
            board.rows([board.total], lambda measure: board.columns.ordinal >= measure.total - rank_of(count))
        )
        return StandingsPage(standings=standings_of(rows), total=rows[0].total)

    def top(self, view: View, options: BoardOptions) -> StandingsPage:
        """The first `TOP_N` places. Nobody counts their changes here, so they have no version."""
        return self.page(view, options, 0, TOP_N)

    def by_score(
        self,
        view: View,
        options: BoardOptions,
        bounds: tuple[int | None, int | None],
        offset: int,
        count: int,
        ranking: Ranking = Ranking.ORDINAL,
    ) -> ScorePage:
        """Standings within ``bounds``: the least and the greatest score, inclusive, None for no bound.

        Leaves out the first ``offset`` of them and gives at most ``count``, best first.
        """
        _check_not_negative(offset=offset, count=count)
        board = ranked(view, options, ranking)
        inside, ordinal = _within(board, *bounds), board.columns.ordinal
        matched = func.count(ordinal).filter(inside).label("matched")
        first = func.min(ordinal).filter(inside).label("first")

        def chosen(measure: Any) -> Any:
            start = measure.first + rank_of(offset)
            return inside & (ordinal >= start) & (ordinal < start + rank_of(count))

        rows = self._rows(board.rows([board.total, matched, first], chosen))
        return ScorePage(standings=standings_of(rows), total=rows[0].total, matched=rows[0].matched)

    def around_player(
        self, view: View, options: BoardOptions, player: str, side: int, ranking: Ranking = Ranking.ORDINAL
    ) -> Neighbours | None:
        """The player with ``side`` rows above and below, or None for a player who has no play in the view.

        Near an end of the view the other side gives more, so that 2 * side + 1 rows come wherever the view has them.
        """
        _check_not_negative(side=side)
        board = ranked(view, options, ranking)
        return self._around(board, board.first_of(player).label("place"), side, 2 * side + 1)

    def around_score(
        self, view: View, options: BoardOptions, score: int, side: int, ranking: Ranking = Ranking.ORDINAL
    ) -> Neighbours:
        """The ``side`` rows above the place that a new entry of this score would take, and as many below.

        Refilled at the ends as `around_player`, so that 2 * side rows come wherever the view has them.
        """
        _check_not_negative(side=side)
        board = ranked(view, options, ranking)
        not_worse = func.count(board.columns.key).filter(board.columns.key <= key_of(score, options))
        found = self._around(board, not_worse.label("place"), side, 2 * side)
        if found is None:
            raise TypeError("a count was NULL")
        return found

    def _around(self, board: Ranked, place: Label[Any], side: int, size: int) -> Neighbours | None:
        ordinal = board.columns.ordinal

        def chosen(measure: Any) -> Any:
            first, behind = window(measure, measure.place - rank_of(side), size)
            return (ordinal >= first) & (ordinal < behind)

        rows = self._rows(board.rows([board.total, place], chosen))
        total, centre = rows[0].total, rows[0].place
        if centre is None:
            return None
        first = max(0, min(centre - side, total - size))
        return Neighbours(standings=standings_of(rows), total=total, centre=centre - first)


def _within(board: Ranked, low: int | None, high: int | None) -> ColumnElement[Any]:
    inside: ColumnElement[Any] = true()
    if low is not None:
        inside &= board.columns.score >= number(low)
    if high is not None:
        inside &= board.columns.score <= number(high)
    return inside


def _check_not_negative(**numbers: int) -> None:
    for name, value in numbers.items():
        if value < 0:
            raise ValueError(f"{name} must not be negative: {value}")
