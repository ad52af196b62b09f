"""Read standings: pages of a view, and where players and scores stand in it.

Each answer comes whole from one place and says from which. Never is an empty board told where nobody could be asked.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar
from uuid import UUID

import msgspec

from ledgerboard_boards import CachedTop
from ledgerboard_contracts import (
    TOP_N,
    Fact,
    HypotheticalPlacing,
    ListedStanding,
    Neighbours,
    Placing,
    Ranking,
    ScorePage,
    Standing,
    StandingsPage,
)
from ledgerboard_gateway.boards import Boards, Reads
from ledgerboard_gateway.fallback import Asked, FallbackBoards, Found
from ledgerboard_gateway.views import ALL_TIME_OF_BOARD, BoardView, Wanted
from ledgerboard_infra.clock import Clock

T = TypeVar("T")

_LAST_EVENT: Final = UUID(int=2**128 - 1)
"""Stands for an event that is still to come: of two plays at the same moment it is the later one."""

_encode: Final = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A score that nobody has yet, the values of its tie-breaks (one left out is the worst), and who would play it."""

    score: int
    ties: dict[str, int]
    player: str | None = None


class Standings:
    """Answers from the live boards or from the ledger, never from a guess.

    Every read raises `UnknownBoardError`, what `Views.find` raises, and `UnavailableError` where nobody can answer.
    """

    def __init__(self, fallback: FallbackBoards, boards: Boards, ledger: Reads, clock: Clock) -> None:
        self._fallback = fallback
        self._boards = boards
        self._ledger = ledger
        self._clock = clock

    def page(self, asked: Asked, start: int, stop: int, ranking: Ranking) -> Found[StandingsPage]:
        """Places ``start`` to ``stop`` from 0, half-open."""
        return self._read(asked, lambda by, of: by.page(of.view, of.options, start, stop, ranking))

    def last(self, asked: Asked, count: int, ranking: Ranking) -> Found[StandingsPage]:
        """The last ``count`` places."""
        return self._read(asked, lambda by, of: by.last(of.view, of.options, count, ranking))

    def by_score(
        self, asked: Asked, bounds: tuple[int | None, int | None], offset: int, count: int, ranking: Ranking
    ) -> Found[ScorePage]:
        """Places whose score lies within the inclusive ``bounds``, without the first ``offset`` of them."""
        return self._read(asked, lambda by, of: by.by_score(of.view, of.options, bounds, offset, count, ranking))

    def top(self, asked: Asked) -> Found[CachedTop]:
        """The first `TOP_N` places by their ordinal ranks, rendered. From the ledger they have no version."""

        def boards(views: Sequence[BoardView]) -> CachedTop:
            return self._boards.top(views[0].view, views[0].options)

        def ledger(views: Sequence[BoardView]) -> CachedTop:
            page = self._ledger.page(views[0].view, views[0].options, 0, TOP_N, Ranking.ORDINAL)
            return CachedTop(version=0, body=_encode(page.standings), total=page.total)

        return self._fallback.read([asked], boards, ledger)

    def placing(self, asked: Asked, player: str, ranking: Ranking) -> Found[Placing | None]:
        """The player's place, or None for a player without a play in the view."""
        return self._read(asked, lambda by, of: by.placing(of.view, of.options, player, ranking))

    def around_player(self, asked: Asked, player: str, side: int, ranking: Ranking) -> Found[Neighbours | None]:
        """The player between ``side`` rows above and below, or None for a player without a play in the view."""
        return self._read(asked, lambda by, of: by.around_player(of.view, of.options, player, side, ranking))

    def around_score(self, asked: Asked, score: int, side: int, ranking: Ranking) -> Found[Neighbours]:
        """``side`` rows above the place that a new play of that score would take, and as many below."""
        return self._read(asked, lambda by, of: by.around_score(of.view, of.options, score, side, ranking))

    def listed(self, asked: Asked, players: Sequence[str], ranking: Ranking) -> Found[Sequence[ListedStanding]]:
        """Those of ``players`` who have a place, best first."""
        return self._read(asked, lambda by, of: by.listed(of.view, of.options, players, ranking))

    def of_player(
        self, player: str, boards: Sequence[str], wanted: Wanted, ranking: Ranking
    ) -> Found[Sequence[Standing | None]]:
        """The player's places on those of ``boards`` that there are, or None where the player has none."""

        def ask(by: Reads, views: Sequence[BoardView]) -> Sequence[Standing | None]:
            return by.standings_of(player, [(of.view, of.options) for of in views], ranking)

        asked = [Asked(board, wanted) for board in boards if self._fallback.has(board)]
        return self._fallback.read(
            asked, lambda views: ask(self._boards, views), lambda views: ask(self._ledger, views)
        )

    def hypothetical(
        self, asked: Asked, made: Callable[[BoardView], Hypothesis], ranking: Ranking
    ) -> Found[HypotheticalPlacing]:
        """Where the play that ``made`` makes for the view would stand if it came now. Writes nothing.

        The player who would play stands there no longer with the play that counts now; without one it is a newcomer.
        """

        def ask(by: Reads, of: BoardView) -> HypotheticalPlacing:
            return by.hypothetical(of.view, of.options, self._play(made(of)), ranking)

        return self._read(asked, ask)

    def all_time_page(self, board: str, start: int, stop: int) -> Found[StandingsPage] | None:
        """As `page`, over all time; None for an unknown board."""
        if not self._fallback.has(board):
            return None
        return self.page(Asked(board, ALL_TIME_OF_BOARD), start, stop, Ranking.ORDINAL)

    def all_time_standing(self, board: str, player: str) -> Found[Standing | None] | None:
        """The player's place over all time; None for an unknown board."""
        if not self._fallback.has(board):
            return None
        asked = Asked(board, ALL_TIME_OF_BOARD)
        return self._read(asked, lambda by, of: by.standing(of.view, of.options, player, Ranking.ORDINAL))

    def _read(self, asked: Asked, ask: Callable[[Reads, BoardView], T]) -> Found[T]:
        return self._fallback.read(
            [asked], lambda views: ask(self._boards, views[0]), lambda views: ask(self._ledger, views[0])
        )

    def _play(self, made: Hypothesis) -> Fact:
        return Fact(
            event_id=_LAST_EVENT,
            player=made.player or "",  # Nobody's id, so that nobody is replaced.
            score=made.score,
            occurred_at=self._clock.now(),
            attributes=dict(made.ties),
        )
