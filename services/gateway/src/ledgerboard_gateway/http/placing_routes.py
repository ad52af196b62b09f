"""Read where a score would stand that nobody has yet, and what is around that place. Nothing is written."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Protocol

from flask import Response

from ledgerboard_contracts import MAX_SCORE, BoardOptions, HypotheticalPlacing, Neighbours, Policy, Ranking, ScopeKind
from ledgerboard_gateway.fallback import Asked, Found
from ledgerboard_gateway.http import view_answers, view_rendering
from ledgerboard_gateway.http import view_examples as e
from ledgerboard_gateway.http.operations import Answer, Operation
from ledgerboard_gateway.http.place_query import HypotheticalQuery, NeighboursQuery
from ledgerboard_gateway.http.problems import ProblemType as P
from ledgerboard_gateway.http.problems import invalid
from ledgerboard_gateway.http.sources import answer_found, asked_view
from ledgerboard_gateway.http.standing_routes import VIEW_PROBLEMS
from ledgerboard_gateway.http.view_query import MAX_SUM_DIGITS
from ledgerboard_gateway.standings import Hypothesis
from ledgerboard_gateway.views import BoardView

_SCORE: Final = re.compile(rf"-?[0-9]{{1,{MAX_SUM_DIGITS}}}\Z")


class Standings(Protocol):
    """The boards. Each read raises where there is no such board or view."""

    def around_score(self, asked: Asked, score: int, side: int, ranking: Ranking) -> Found[Neighbours]:
        """The neighbours of the place of a score."""
        ...

    def hypothetical(
        self, asked: Asked, made: Callable[[BoardView], Hypothesis], ranking: Ranking
    ) -> Found[HypotheticalPlacing]:
        """The place of a play that there is not."""
        ...


class PlacingRoutes:
    """The routes that read places of scores."""

    def __init__(self, standings: Standings) -> None:
        self._standings = standings

    def get_score_rank(self, query: Mapping[str, Any], board: str, score: str) -> Response:
        """Tell where a play of a score would stand if it came now."""
        wanted, ranking = _score(score), query["ranking"]

        def made(of: BoardView) -> Hypothesis:
            _check_reachable(of, wanted)
            return Hypothesis(wanted, _ties(of.options, query["ties"]), query["player"])

        found = self._standings.hypothetical(asked_view(query, board), made, ranking)
        return answer_found(found, view_rendering.hypothetical(found.of.view, wanted, found.value, ranking))

    def get_score_neighbours(self, query: Mapping[str, Any], board: str, score: str) -> Response:
        """Tell what stands around a score."""
        wanted, ranking = _score(score), query["ranking"]
        found = self._standings.around_score(asked_view(query, board), wanted, query["n"], ranking)
        return answer_found(found, view_rendering.neighbours(found.of.view, found.value, ranking))

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
                from_boards=True,
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
                from_boards=True,
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
