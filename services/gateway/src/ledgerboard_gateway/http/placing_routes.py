"""Read where a score would stand that nobody has yet, and what is around that place. Nothing is written."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

from flask import Response

from ledgerboard_contracts import MAX_SCORE, BoardOptions, HypotheticalPlacing, Neighbours, Policy, Ranking, ScopeKind
from ledgerboard_gateway.http import rendering, view_answers, view_rendering
from ledgerboard_gateway.http import view_examples as e
from ledgerboard_gateway.http.operations import Answer, Operation
from ledgerboard_gateway.http.place_query import HypotheticalQuery, NeighboursQuery
from ledgerboard_gateway.http.problems import ProblemType as P
from ledgerboard_gateway.http.problems import invalid
from ledgerboard_gateway.http.requests import board_in_path
from ledgerboard_gateway.http.standing_routes import VIEW_PROBLEMS
from ledgerboard_gateway.http.view_query import MAX_SUM_DIGITS
from ledgerboard_gateway.views import BoardView, Wanted

_SCORE: Final = re.compile(rf"-?[0-9]{{1,{MAX_SUM_DIGITS}}}\Z")


class Standings(Protocol):
    """The live boards. ``view`` raises where there is no such board or view."""

    def view(self, board: str, wanted: Wanted) -> BoardView:
        """The view that is meant."""
        ...

    def around_score(self, of: BoardView, score: int, side: int, ranking: Ranking) -> Neighbours:
        """The neighbours of the place of a score."""
        ...

    def hypothetical(
        self, of: BoardView, score: int, ties: Mapping[str, int], player: str | None, ranking: Ranking
    ) -> HypotheticalPlacing:
        """The place of a play that there is not."""
        ...


class PlacingRoutes:
    """The routes that read places of scores."""

    def __init__(self, standings: Standings) -> None:
        self._standings = standings

    def get_score_rank(self, query: Mapping[str, Any], board: str, score: str) -> Response:
        """Tell where a play of a score would stand if it came now."""
        asked, ranking = _score(score), query["ranking"]
        found = self._view(query, board)
        _check_reachable(found, asked)
        ties = _ties(found.options, query["ties"])
        placing = self._standings.hypothetical(found, asked, ties, query["player"], ranking)
        return rendering.answer(view_rendering.hypothetical(found.view, asked, placing, ranking))

    def get_score_neighbours(self, query: Mapping[str, Any], board: str, score: str) -> Response:
        """Tell what stands around a score."""
        asked, ranking = _score(score), query["ranking"]
        found = self._view(query, board)
        neighbours = self._standings.around_score(found, asked, query["n"], ranking)
        return rendering.answer(view_rendering.neighbours(found.view, neighbours, ranking))

    def _view(self, query: Mapping[str, Any], board: str) -> BoardView:
        return self._standings.view(board_in_path(board), query["wanted"])

    def operations(self) -> list[Operation]:
        """These routes, and what their documentation says."""
        return [
            Operation(
                tag="standings",
                method="GET",
                rule="/v1/boards/<board>/scores/<score>/rank",
                view=self.get_score_rank,
                summary="Read the rank that a score would have",
                description="As if a play of that score came now; nothing is written. On sums the score is the sum "
                "that is asked about.",
                query=HypotheticalQuery,
                answers={200: Answer([view_answers.HypotheticalAnswer], e.HYPOTHETICAL, "Where it would stand")},
                problems=[*VIEW_PROBLEMS, P.RANK_TOO_DEEP],
            ),
            Operation(
                tag="standings",
                method="GET",
                rule="/v1/boards/<board>/scores/<score>/neighbours",
                view=self.get_score_neighbours,
                summary="Read what stands around a score",
                description="`n` rows above the place that a new entry of that score would take, behind its equals, "
                "and `n` below: 2 n rows wherever the board has them.",
                query=NeighboursQuery,
                answers={200: Answer([view_answers.NeighboursAnswer], e.NEIGHBOURS, "The rows, from one atomic read")},
                problems=[*VIEW_PROBLEMS, P.RANK_TOO_DEEP],
            ),
        ]


def _score(text: str) -> int:
    if not _SCORE.match(text):
        raise invalid("score", f"must be an integer of at most {MAX_SUM_DIGITS} digits")
    return int(text)


def _check_reachable(found: BoardView, score: int) -> None:
    """No play has a score beyond +-2^53, but a sum of plays may."""
    sums = found.options.policy is Policy.TOTAL or found.view.scope.kind is ScopeKind.LEVELS
    if abs(score) > MAX_SCORE and not sums:
        raise invalid("score", "must be an integer within +-2^53")


def _ties(options: BoardOptions, values: Sequence[int]) -> dict[str, int]:
    if len(values) > len(options.ties):
        raise invalid("ties", f"this board has {len(options.ties)} tie-breaks, not {len(values)}")
    return {tie.attribute: value for tie, value in zip(options.ties, values, strict=False)}
