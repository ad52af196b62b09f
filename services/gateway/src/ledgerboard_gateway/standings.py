"""Read the live boards: pages of a view, and where players and scores stand in it.

A view that ended long ago is let go by the live boards, so an empty answer for it would be a lie; they refuse it.
"""

from collections.abc import Mapping, Sequence
from typing import Final, Protocol
from uuid import UUID

from ledgerboard_boards import CachedTop
from ledgerboard_contracts import (
    BoardOptions,
    Fact,
    HypotheticalPlacing,
    ListedStanding,
    Neighbours,
    Placing,
    Ranking,
    ScorePage,
    Standing,
    StandingsPage,
    View,
)
from ledgerboard_gateway.views import ALL_TIME_OF_BOARD, BoardView, Definitions, Views, Wanted
from ledgerboard_infra.clock import Clock

_LAST_EVENT: Final = UUID(int=2**128 - 1)
"""Stands for an event that is still to come: of two plays at the same moment it is the later one."""


class Boards(Protocol):
    """The live boards. Each call is one atomic read.

    Raises `UnavailableError` when they are down, `ViewExpiredError` for a view that they no longer keep, and
    `RankTooDeepError` for a dense rank that would cost too much.
    """

    def page(self, view: View, options: BoardOptions, start: int, stop: int, ranking: Ranking) -> StandingsPage:
        """Consecutive standings, half-open."""
        ...

    def last(self, view: View, options: BoardOptions, count: int, ranking: Ranking) -> StandingsPage:
        """The last standings."""
        ...

    def by_score(
        self,
        view: View,
        options: BoardOptions,
        bounds: tuple[int | None, int | None],
        offset: int,
        count: int,
        ranking: Ranking,
    ) -> ScorePage:
        """Consecutive standings within inclusive bounds."""
        ...

    def around_player(
        self, view: View, options: BoardOptions, player: str, side: int, ranking: Ranking = ...
    ) -> Neighbours | None:
        """A player's neighbours, or None."""
        ...

    def around_score(
        self, view: View, options: BoardOptions, score: int, side: int, ranking: Ranking = ...
    ) -> Neighbours:
        """The neighbours of the place of a score."""
        ...

    def standing(self, view: View, options: BoardOptions, player: str, ranking: Ranking) -> Standing | None:
        """One player's place, or None."""
        ...

    def placing(self, view: View, options: BoardOptions, player: str, ranking: Ranking) -> Placing | None:
        """The same, with what it is worth."""
        ...

    def listed(
        self, view: View, options: BoardOptions, players: Sequence[str], ranking: Ranking = ...
    ) -> Sequence[ListedStanding]:
        """Several players' places, best first."""
        ...

    def standings_of(
        self, player: str, views: Sequence[tuple[View, BoardOptions]], ranking: Ranking = ...
    ) -> Sequence[Standing | None]:
        """One player's places in several views."""
        ...

    def hypothetical(
        self, view: View, options: BoardOptions, play: Fact, ranking: Ranking = ...
    ) -> HypotheticalPlacing:
        """The place of a play that there is not."""
        ...

    def top(self, view: View, options: BoardOptions) -> CachedTop:
        """The first `TOP_N` places, rendered."""
        ...


class Standings:
    """Answers from the live boards, never from a guess."""

    def __init__(self, definitions: Definitions, boards: Boards, clock: Clock) -> None:
        self._views = Views(definitions, clock)
        self._boards = boards
        self._clock = clock

    def view(self, board: str, wanted: Wanted) -> BoardView:
        """The view that is meant. Raises what `Views.find` raises; every read below takes what this gave."""
        return self._views.find(board, wanted)

    def page(self, of: BoardView, start: int, stop: int, ranking: Ranking) -> StandingsPage:
        """Places ``start`` to ``stop`` from 0, half-open."""
        return self._boards.page(of.view, of.options, start, stop, ranking)

    def last(self, of: BoardView, count: int, ranking: Ranking) -> StandingsPage:
        """The last ``count`` places."""
        return self._boards.last(of.view, of.options, count, ranking)

    def by_score(
        self, of: BoardView, bounds: tuple[int | None, int | None], offset: int, count: int, ranking: Ranking
    ) -> ScorePage:
        """Places whose score lies within the inclusive ``bounds``, without the first ``offset`` of them."""
        return self._boards.by_score(of.view, of.options, bounds, offset, count, ranking)

    def top(self, of: BoardView) -> CachedTop:
        """The first `TOP_N` places by their ordinal ranks, rendered."""
        return self._boards.top(of.view, of.options)

    def placing(self, of: BoardView, player: str, ranking: Ranking) -> Placing | None:
        """The player's place, or None for a player without a play in the view."""
        return self._boards.placing(of.view, of.options, player, ranking)

    def around_player(self, of: BoardView, player: str, side: int, ranking: Ranking) -> Neighbours | None:
        """The player between ``side`` rows above and below, or None for a player without a play in the view."""
        return self._boards.around_player(of.view, of.options, player, side, ranking)

    def around_score(self, of: BoardView, score: int, side: int, ranking: Ranking) -> Neighbours:
        """``side`` rows above the place that a new play of that score would take, and as many below."""
        return self._boards.around_score(of.view, of.options, score, side, ranking)

    def listed(self, of: BoardView, players: Sequence[str], ranking: Ranking) -> Sequence[ListedStanding]:
        """Those of ``players`` who have a place, best first."""
        return self._boards.listed(of.view, of.options, players, ranking)

    def of_player(
        self, player: str, boards: Sequence[str], wanted: Wanted, ranking: Ranking
    ) -> Sequence[tuple[BoardView, Standing]]:
        """The player's places on those of ``boards`` that there are and where the player has one."""
        found = [each for board in boards if (each := self._views.find_known(board, wanted)) is not None]
        standings = self._boards.standings_of(player, [(each.view, each.options) for each in found], ranking)
        return [(each, own) for each, own in zip(found, standings, strict=True) if own is not None]

    def hypothetical(
        self, of: BoardView, score: int, ties: Mapping[str, int], player: str | None, ranking: Ranking
    ) -> HypotheticalPlacing:
        """Where a play of that score and those tie-breaks would stand if it came now. Writes nothing.

        A tie-break that is left out counts as the worst. The ``player`` who would play stands there no longer with the
        play that counts now; without one it is a newcomer.
        """
        play = Fact(
            event_id=_LAST_EVENT,
            player=player or "",  # Nobody's id, so that nobody is replaced.
            score=score,
            occurred_at=self._clock.now(),
            attributes=dict(ties),
        )
        return self._boards.hypothetical(of.view, of.options, play, ranking)

    def all_time_page(self, board: str, start: int, stop: int) -> StandingsPage:
        """As `page`, over all time; an unknown board is an empty one."""
        found = self._views.find_known(board, ALL_TIME_OF_BOARD)
        if found is None or start == stop:
            return StandingsPage(standings=(), total=0)
        return self._boards.page(found.view, found.options, start, stop, Ranking.ORDINAL)

    def all_time_standing(self, board: str, player: str) -> Standing | None:
        """The player's place over all time; nobody stands on an unknown board."""
        found = self._views.find_known(board, ALL_TIME_OF_BOARD)
        return None if found is None else self._boards.standing(found.view, found.options, player, Ranking.ORDINAL)
