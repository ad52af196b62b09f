"""Read consecutive standings: by rank, from the end, by score, or around a player or a score.

The order of every page is the view's own, total and stable: a play that comes between two pages moves entries, and
never makes equal ones change places.
"""

from typing import Any

from ledgerboard_boards.codec import read_standings
from ledgerboard_boards.reading import ViewReader, bound_of, share_ranks
from ledgerboard_contracts import (
    BoardOptions,
    Neighbours,
    Order,
    Ranking,
    ScorePage,
    Standing,
    StandingsPage,
    View,
)


class Pages(ViewReader):
    """The reads of pages.

    Ranges are half-open, counts and sides are not negative (else ValueError), and nothing asked for is nothing given.
    """

    def page(
        self, view: View, options: BoardOptions, start: int, stop: int, ranking: Ranking = Ranking.ORDINAL
    ) -> StandingsPage:
        """The standings with ``start <= ordinal rank < stop`` (from 0), and the number of all at that moment."""
        _check_not_negative(start=start)
        total, standings, _ = self._rows(view, options, ranking, "page", start, stop)
        return StandingsPage(standings=standings, total=total)

    def last(self, view: View, options: BoardOptions, count: int, ranking: Ranking = Ranking.ORDINAL) -> StandingsPage:
        """The last ``count`` standings, the very last one at the end."""
        _check_not_negative(count=count)
        start, stop = (-count, 0) if count else (0, 0)
        total, standings, _ = self._rows(view, options, ranking, "page", start, stop)
        return StandingsPage(standings=standings, total=total)

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
        best, worst = reversed(bounds) if options.order is Order.DESC else bounds
        first = (b"-inf", b"") if best is None else bound_of(best, view, options)
        last = (b"+inf", b"") if worst is None else bound_of(worst, view, options)
        asked = (*first, *last, offset, count)
        total, standings, matched = self._rows(view, options, ranking, "score_page", *asked)
        return ScorePage(standings=standings, total=total, matched=matched)

    def around_player(
        self, view: View, options: BoardOptions, player: str, side: int, ranking: Ranking = Ranking.ORDINAL
    ) -> Neighbours | None:
        """The player with ``side`` rows above and below, or None for a player who has no play in the view.

        Near an end of the view the other side gives more, so that 2 * side + 1 rows come wherever the view has them.
        """
        _check_not_negative(side=side)
        found = self._rows(view, options, ranking, "around_player", player.encode(), side)
        return found and Neighbours(total=found[0], standings=found[1], centre=found[2])

    def around_score(
        self, view: View, options: BoardOptions, score: int, side: int, ranking: Ranking = Ranking.ORDINAL
    ) -> Neighbours:
        """The ``side`` rows above the place that a new entry of this score would take, and as many below.

        Refilled at the ends as `around_player`, so that 2 * side rows come wherever the view has them.
        """
        _check_not_negative(side=side)
        bound = bound_of(score, view, options)
        total, standings, centre = self._rows(view, options, ranking, "around_score", *bound, side)
        return Neighbours(total=total, standings=standings, centre=centre)

    def _rows(self, view: View, options: BoardOptions, ranking: Ranking, function: str, *arguments: bytes | int) -> Any:
        """The number of all entries, the rows as standings, and what the function adds; None where it says nothing."""
        reply = self._ask(view, options, ranking, function, *arguments)
        if reply is None:
            return None
        total, first_rank, shared, flat, extra = reply
        standings: tuple[Standing, ...] = read_standings(flat, first_rank, options, view.scope)
        return total, share_ranks(standings, shared, ranking), extra


def _check_not_negative(**numbers: int) -> None:
    for name, number in numbers.items():
        if number < 0:
            raise ValueError(f"{name} must not be negative: {number}")
