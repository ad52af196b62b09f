"""Read a leaderboard by the published routes, the form of which other systems rely on.

``rank`` counts from 0, a range of ranks is half-open, and an unknown player or leaderboard is an empty answer with 200.
"""

from collections.abc import Mapping
from typing import Any, Final, Protocol

from flask import Response

from ledgerboard_contracts import Standing, StandingsPage
from ledgerboard_gateway.fallback import Found
from ledgerboard_gateway.http import answers, rendering
from ledgerboard_gateway.http import examples as e
from ledgerboard_gateway.http.operations import Answer, Operation
from ledgerboard_gateway.http.problems import ProblemType as P
from ledgerboard_gateway.http.problems import invalid
from ledgerboard_gateway.http.query import PublishedPageQuery
from ledgerboard_gateway.http.query_fields import DEFAULT_PAGE, MAX_PAGE
from ledgerboard_gateway.http.requests import leaderboard_in_path, player_in_path
from ledgerboard_gateway.http.sources import answer_found

_NOBODY: Final = answers.PublishedStanding(score=0, rank=None)


class Standings(Protocol):
    """The boards over all time; None for an unknown one."""

    def all_time_page(self, board: str, start: int, stop: int) -> Found[StandingsPage] | None:
        """Consecutive standings."""
        ...

    def all_time_standing(self, board: str, player: str) -> Found[Standing | None] | None:
        """One player's place, or None for none."""
        ...


class PublishedRoutes:
    """``GET /{leaderboard}`` and ``GET /{leaderboard}/{name}``."""

    def __init__(self, standings: Standings) -> None:
        self._standings = standings

    def get_page(self, query: Mapping[str, Any], leaderboard: str) -> Response:
        """Tell the ranks from ``startRank`` to before ``endRank``."""
        leaderboard_in_path(leaderboard)
        start, stop = _range(query)
        found = self._standings.all_time_page(leaderboard, start, stop) if start < stop else None
        if found is None:
            return rendering.answer(answers.PublishedPage(()))
        rows = tuple(answers.PublishedRow(row.player, row.score) for row in found.value.standings)
        return answer_found(found, answers.PublishedPage(rows))

    def get_published(self, leaderboard: str, name: str) -> Response:
        """Tell a player's score and rank, from one atomic read."""
        leaderboard_in_path(leaderboard)
        player_in_path(name, "name")
        found = self._standings.all_time_standing(leaderboard, name)
        if found is None:
            return rendering.answer(_NOBODY)
        own = found.value
        return answer_found(found, _NOBODY if own is None else answers.PublishedStanding(own.score, own.rank))

    def operations(self) -> list[Operation]:
        """These routes, and what their documentation says."""
        return [
            Operation(
                tag="published",
                method="GET",
                rule="/<leaderboard>/<name>",
                view=self.get_published,
                summary="Read a standing, as published",
                from_boards=True,
                description="`rank` counts from 0. An unknown player has score 0 and rank null.",
                answers={200: Answer([answers.PublishedStanding], e.PUBLISHED_STANDING, "Score and rank")},
                problems=[P.NOT_FOUND, P.UNAVAILABLE],
            ),
            Operation(
                tag="published",
                method="GET",
                rule="/<leaderboard>",
                view=self.get_page,
                summary="Read a page by rank, as published",
                description="From startRank to before endRank, at most 100 rows. An unknown leaderboard is empty.",
                from_boards=True,
                conditional=True,
                query=PublishedPageQuery,
                answers={200: Answer([answers.PublishedPage], e.PUBLISHED_PAGE, "The page")},
                problems=[P.NOT_FOUND, P.UNAVAILABLE],
            ),
        ]


def _range(query: Mapping[str, Any]) -> tuple[int, int]:
    start = query["start"]
    stop = start + DEFAULT_PAGE if query["end"] is None else query["end"]  # 0 is an end like any other.
    if stop < start:
        raise invalid("endRank", f"must not be below startRank ({start})")
    if stop - start > MAX_PAGE:
        raise invalid("endRank", f"must not be more than {MAX_PAGE} above startRank ({start})")
    return start, stop
