"""Read the live boards: pages of standings, and one player's standing."""

from collections.abc import Mapping
from typing import Any, Final, Protocol

import msgspec
from flask import Response

from ledgerboard_boards import CachedTop
from ledgerboard_contracts import TOP_N, InvalidPeriodKeyError, Period, Span, Standing, StandingsPage
from ledgerboard_gateway.http import answers, rendering
from ledgerboard_gateway.http import examples as e
from ledgerboard_gateway.http.operations import Answer, Operation
from ledgerboard_gateway.http.problems import ProblemError, ProblemType, invalid
from ledgerboard_gateway.http.problems import ProblemType as P
from ledgerboard_gateway.http.query import PeriodQuery, StandingsQuery
from ledgerboard_gateway.http.requests import board_in_path, player_in_path

_encode: Final = msgspec.json.Encoder().encode


class Standings(Protocol):
    """The live boards. Every read raises `UnknownBoardError` for a board that there is not."""

    def span(self, period: Period, key: str | None) -> Span:
        """The span that the key names, or the current one."""
        ...

    def page(self, board: str, span: Span, start: int, stop: int) -> StandingsPage:
        """Consecutive standings, half-open."""
        ...

    def top(self, board: str, span: Span) -> CachedTop:
        """The first `TOP_N` places, rendered."""
        ...

    def standing(self, board: str, span: Span, player: str) -> Standing | None:
        """One player's place, or None."""
        ...


class StandingRoutes:
    """The routes that read a view."""

    def __init__(self, standings: Standings) -> None:
        self._standings = standings

    def get_standings(self, query: Mapping[str, Any], board: str) -> Response:
        """Tell a page of a view by rank."""
        board_in_path(board)
        span = self._span(query)
        start, limit = query["start"], query["limit"]
        if start == 0 and limit == TOP_N:
            return _rendered(board, span, self._standings.top(board, span))
        page = self._standings.page(board, span, start, start + limit)
        return rendering.answer(
            answers.StandingsAnswer(
                board=board, period=span.period, key=span.key, total=page.total, standings=page.standings
            )
        )

    def get_standing(self, query: Mapping[str, Any], board: str, player: str) -> Response:
        """Tell one player's place in a view."""
        board_in_path(board)
        player_in_path(player)
        span = self._span(query)
        found = self._standings.standing(board, span, player)
        if found is None:
            raise ProblemError(ProblemType.UNKNOWN_PLAYER, f"No play of this player counts on {board} ({span.key}).")
        return rendering.answer(rendering.standing(board, span, found))

    def _span(self, query: Mapping[str, Any]) -> Span:
        try:
            return self._standings.span(query["period"], query["key"])
        except InvalidPeriodKeyError as error:
            raise invalid("key", str(error)) from error

    def operations(self) -> list[Operation]:
        """These routes, and what their documentation says."""
        return [
            Operation(
                tag="standings",
                method="GET",
                rule="/v1/boards/<board>/standings",
                view=self.get_standings,
                summary="Read a page of a board by rank",
                description="Equal scores rank by who was first, then by player id. A page past the end is empty.",
                query=StandingsQuery,
                answers={200: Answer([answers.StandingsAnswer], e.STANDINGS, "The page, from one atomic read")},
                problems=[P.UNKNOWN_BOARD, P.EXPIRED_VIEW, P.UNAVAILABLE],
            ),
            Operation(
                tag="standings",
                method="GET",
                rule="/v1/boards/<board>/players/<player>",
                view=self.get_standing,
                summary="Read one player's standing",
                description="Score and rank come from one atomic read.",
                query=PeriodQuery,
                answers={200: Answer([answers.StandingAnswer], e.STANDING, "The player's place")},
                problems=[P.UNKNOWN_BOARD, P.UNKNOWN_PLAYER, P.EXPIRED_VIEW, P.UNAVAILABLE],
            ),
        ]


def _rendered(board: str, span: Span, top: CachedTop) -> Response:
    """The first page out of the rows that the boards keep rendered; the same document as `StandingsAnswer`."""
    head = {"board": board, "period": span.period, "key": span.key, "total": top.total}
    body = b'%b,"standings":%b}' % (_encode(head)[:-1], top.body)
    return Response(body, content_type="application/json")
