"""Read the live boards in pages: by rank, from the end, by score."""

from collections.abc import Mapping
from typing import Any, Protocol

from flask import Response

from ledgerboard_boards import CachedTop
from ledgerboard_contracts import TOP_N, Ranking, ScorePage, StandingsPage
from ledgerboard_gateway.http import rendering, view_answers, view_rendering
from ledgerboard_gateway.http import view_examples as e
from ledgerboard_gateway.http.operations import Answer, Operation
from ledgerboard_gateway.http.problems import ProblemType as P
from ledgerboard_gateway.http.requests import board_in_path
from ledgerboard_gateway.http.view_query import ByScoreQuery, LastQuery, StandingsQuery, ViewQuery
from ledgerboard_gateway.views import BoardView, Wanted

VIEW_PROBLEMS = (P.UNKNOWN_BOARD, P.UNKNOWN_VIEW, P.EXPIRED_VIEW, P.UNAVAILABLE)
"""What every read of a view may meet."""


class Standings(Protocol):
    """The live boards. ``view`` raises where there is no such board or view."""

    def view(self, board: str, wanted: Wanted) -> BoardView:
        """The view that is meant."""
        ...

    def page(self, of: BoardView, start: int, stop: int, ranking: Ranking) -> StandingsPage:
        """Consecutive standings, half-open."""
        ...

    def last(self, of: BoardView, count: int, ranking: Ranking) -> StandingsPage:
        """The last standings."""
        ...

    def by_score(
        self, of: BoardView, bounds: tuple[int | None, int | None], offset: int, count: int, ranking: Ranking
    ) -> ScorePage:
        """Consecutive standings within inclusive bounds."""
        ...

    def top(self, of: BoardView) -> CachedTop:
        """The first `TOP_N` places, rendered."""
        ...


class StandingRoutes:
    """The routes that read pages of a view."""

    def __init__(self, standings: Standings) -> None:
        self._standings = standings

    def get_standings(self, query: Mapping[str, Any], board: str) -> Response:
        """Tell a page of a view by rank."""
        found = self._view(query, board)
        start, limit, ranking = query["start"], query["limit"], query["ranking"]
        if start == 0 and limit == TOP_N and ranking is Ranking.ORDINAL:
            body = view_rendering.top(found.view, self._standings.top(found))
            return Response(body, content_type="application/json")
        return _page(found, self._standings.page(found, start, start + limit, ranking), ranking)

    def get_last_standings(self, query: Mapping[str, Any], board: str) -> Response:
        """Tell the end of a view."""
        found = self._view(query, board)
        return _page(found, self._standings.last(found, query["limit"], query["ranking"]), query["ranking"])

    def get_standings_by_score(self, query: Mapping[str, Any], board: str) -> Response:
        """Tell a page of the standings within a range of scores."""
        found, ranking = self._view(query, board), query["ranking"]
        bounds = (query["min_score"], query["max_score"])
        page = self._standings.by_score(found, bounds, query["offset"], query["limit"], ranking)
        return rendering.answer(
            view_answers.ScorePageAnswer(
                **view_rendering.in_view(found.view),
                ranking=ranking,
                total=page.total,
                matched=page.matched,
                standings=page.standings,
            )
        )

    def get_statistics(self, query: Mapping[str, Any], board: str) -> Response:
        """Tell how many entries a view has."""
        found = self._view(query, board)
        page = self._standings.page(found, 0, 0, Ranking.ORDINAL)
        return rendering.answer(view_answers.StatisticsAnswer(**view_rendering.in_view(found.view), total=page.total))

    def _view(self, query: Mapping[str, Any], board: str) -> BoardView:
        return self._standings.view(board_in_path(board), query["wanted"])

    def operations(self) -> list[Operation]:
        """These routes, and what their documentation says."""
        return [
            Operation(
                tag="standings",
                method="GET",
                rule="/v1/boards/<board>/standings",
                view=self.get_standings,
                summary="Read a page of a board by rank",
                description="Equal scores rank by the board's tie-breaks, then by who was first, then by player id. A "
                "page past the end is empty.",
                query=StandingsQuery,
                answers={200: Answer([view_answers.StandingsAnswer], e.STANDINGS, "The page, from one atomic read")},
                problems=[*VIEW_PROBLEMS, P.RANK_TOO_DEEP],
            ),
            Operation(
                tag="standings",
                method="GET",
                rule="/v1/boards/<board>/standings/last",
                view=self.get_last_standings,
                summary="Read the last places of a board",
                description="In the order of the board: the very last place is the last row.",
                query=LastQuery,
                answers={200: Answer([view_answers.StandingsAnswer], e.STANDINGS, "The page, from one atomic read")},
                problems=[*VIEW_PROBLEMS, P.RANK_TOO_DEEP],
            ),
            Operation(
                tag="standings",
                method="GET",
                rule="/v1/boards/<board>/standings/by-score",
                view=self.get_standings_by_score,
                summary="Read a page of a board by score",
                description="The standings whose score is neither below `min_score` nor above `max_score`, best first. "
                "`matched` tells how many there are.",
                query=ByScoreQuery,
                answers={200: Answer([view_answers.ScorePageAnswer], e.SCORE_PAGE, "The page, from one atomic read")},
                problems=[*VIEW_PROBLEMS, P.RANK_TOO_DEEP],
            ),
            Operation(
                tag="standings",
                method="GET",
                rule="/v1/boards/<board>/statistics",
                view=self.get_statistics,
                summary="Count a board",
                description="The number of players, or of plays where the policy is `plays`.",
                query=ViewQuery,
                answers={200: Answer([view_answers.StatisticsAnswer], e.STATISTICS, "The numbers")},
                problems=VIEW_PROBLEMS,
            ),
        ]


def _page(found: BoardView, page: StandingsPage, ranking: Ranking) -> Response:
    return rendering.answer(
        view_answers.StandingsAnswer(
            **view_rendering.in_view(found.view), ranking=ranking, total=page.total, standings=page.standings
        )
    )
