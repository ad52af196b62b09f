"""Read a leaderboard by the published routes, the form of which other systems rely on.

``rank`` counts from 0, a range of ranks is half-open, and an unknown player or leaderboard is an empty answer with 200.
"""

from typing import Any, Protocol

from flask import Response

from ledgerboard_contracts import Standing, StandingsPage
from ledgerboard_gateway.http import answers
from ledgerboard_gateway.http.problems import invalid
from ledgerboard_gateway.http.query import DEFAULT_PAGE, MAX_PAGE
from ledgerboard_gateway.http.requests import board_in_path, player_in_path


class Standings(Protocol):
    """The live boards over all time; an unknown board is an empty one."""

    def all_time_page(self, board: str, start: int, stop: int) -> StandingsPage: ...
    def all_time_standing(self, board: str, player: str) -> Standing | None: ...


class PublishedRoutes:
    """``GET /{leaderboard}`` and ``GET /{leaderboard}/{name}``."""

    def __init__(self, standings: Standings) -> None:
        self._standings = standings

    def get_page(self, query: dict[str, Any], leaderboard: str) -> Response:
        """Tell the ranks from ``startRank`` to before ``endRank``."""
        board_in_path(leaderboard, "leaderboard")
        start, stop = _range(query)
        page = self._standings.all_time_page(leaderboard, start, stop)
        rows = tuple(answers.PublishedRow(row.player, row.score) for row in page.standings)
        return answers.answer(answers.PublishedPage(rows))

    def get_standing(self, leaderboard: str, name: str) -> Response:
        """Tell a player's score and rank, from one atomic read."""
        board_in_path(leaderboard, "leaderboard")
        player_in_path(name, "name")
        found = self._standings.all_time_standing(leaderboard, name)
        if found is None:
            return answers.answer(answers.PublishedStanding(score=0, rank=None))
        return answers.answer(answers.PublishedStanding(found.score, found.rank))


def _range(query: dict[str, Any]) -> tuple[int, int]:
    start = query["start"]
    stop = start + DEFAULT_PAGE if query["end"] is None else query["end"]  # 0 is an end like any other.
    if stop < start:
        raise invalid("endRank", f"must not be below startRank ({start})")
    if stop - start > MAX_PAGE:
        raise invalid("endRank", f"must not be more than {MAX_PAGE} above startRank ({start})")
    return start, stop
