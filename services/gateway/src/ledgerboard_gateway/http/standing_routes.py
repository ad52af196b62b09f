"""Read the live boards in pages: by rank, from the end, by score."""

from collections.abc import Mapping
from typing import Any, Protocol

from flask import Response

from ledgerboard_boards import CachedTop
from ledgerboard_contracts import TOP_N, Ranking, ScorePage, StandingsPage
from ledgerboard_gateway.fallback import Asked, Found
from ledgerboard_gateway.http import view_answers, view_rendering
from ledgerboard_gateway.http import view_examples as e
from ledgerboard_gateway.http.operations import Answer, Operation
from ledgerboard_gateway.http.problems import ProblemType as P
from ledgerboard_gateway.http.sources import answer_found, answer_rendered, asked_view
from ledgerboard_gateway.http.view_query import ByScoreQuery, LastQuery, StandingsQuery, ViewQuery

VIEW_PROBLEMS = (P.UNKNOWN_BOARD, P.UNKNOWN_VIEW, P.UNAVAILABLE)
"""What every read of a view may meet."""


class Standings(Protocol):
    """The boards. Each read raises where there is no such board or view."""

    def page(self, asked: Asked, start: int, stop: int, ranking: Ranking) -> Found[StandingsPage]:
        """Consecutive standings, half-open."""
        ...

    def last(self, asked: Asked, count: int, ranking: Ranking) -> Found[StandingsPage]:
        """The last standings."""
        ...

    def by_score(
        self, asked: Asked, bounds: tuple[int | None, int | None], offset: int, count: int, ranking: Ranking
    ) -> Found[ScorePage]:
        """Consecutive standings within inclusive bounds."""
        ...

    def top(self, asked: Asked) -> Found[CachedTop]:
        """The first `TOP_N` places, rendered."""
        ...


class StandingRoutes:
    """The routes that read pages of a view."""

    def __init__(self, standings: Standings) -> None:
        self._standings = standings

    def get_standings(self, query: Mapping[str, Any], board: str) -> Response:
        """Tell a page of a view by rank."""
        asked, ranking = asked_view(query, board), query["ranking"]
        start, limit = query["start"], query["limit"]
        if start == 0 and limit == TOP_N and ranking is Ranking.ORDINAL:
            found = self._standings.top(asked)
            return answer_rendered(found, view_rendering.top(found.of.view, found.value))
        return _page(self._standings.page(asked, start, start + limit, ranking), ranking)

    def get_last_standings(self, query: Mapping[str, Any], board: str) -> Response:
        """Tell the end of a view."""
        found = self._standings.last(asked_view(query, board), query["limit"], query["ranking"])
        return _page(found, query["ranking"])

    def get_standings_by_score(self, query: Mapping[str, Any], board: str) -> Response:
        """Tell a page of the standings within a range of scores."""
        asked, ranking = asked_view(query, board), query["ranking"]
        bounds = (query["min_score"], query["max_score"])
        found = self._standings.by_score(asked, bounds, query["offset"], query["limit"], ranking)
        return answer_found(found, view_rendering.score_page(found.of.view, found.value, ranking))

    def get_statistics(self, query: Mapping[str, Any], board: str) -> Response:
        """Tell how many entries a view has."""
        found = self._standings.page(asked_view(query, board), 0, 0, Ranking.ORDINAL)
        in_view = view_rendering.in_view(found.of.view)
        return answer_found(found, view_answers.StatisticsAnswer(**in_view, total=found.value.total))

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
                "total was reached with the last play that changed it. A page past the end is empty.",
                from_boards=True,
                conditional=True,
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
                from_boards=True,
                conditional=True,
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
                from_boards=True,
                conditional=True,
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
                from_boards=True,
                query=ViewQuery,
                answers={200: Answer([view_answers.StatisticsAnswer], e.STATISTICS, "The numbers")},
                problems=VIEW_PROBLEMS,
            ),
        ]


def _page(found: Found[StandingsPage], ranking: Ranking) -> Response:
    return answer_found(found, view_rendering.page(found.of.view, found.value, ranking))
