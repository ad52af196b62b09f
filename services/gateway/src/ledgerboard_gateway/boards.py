"""What may be asked about a view, of the live boards and of the ledger alike. Both give the same answers."""

from collections.abc import Sequence
from typing import Protocol

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


class Reads(Protocol):
    """Each call is one atomic read. Raises `UnavailableError` when there is nobody to answer."""

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


class Boards(Reads, Protocol):
    """The live boards.

    They raise `MovedError` for a generation that is not live, `ViewExpiredError` for a view that they no longer keep,
    and `RankTooDeepError` for a dense rank that would cost too much.
    """

    def top(self, view: View, options: BoardOptions) -> CachedTop:
        """The first `TOP_N` places, rendered."""
        ...
