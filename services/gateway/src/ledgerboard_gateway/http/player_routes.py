"""Read where players stand: one with what is around, several together, one on several boards."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from flask import Response

from ledgerboard_contracts import ListedStanding, Neighbours, Placing, Ranking, Standing
from ledgerboard_gateway.http import rendering, view_answers, view_rendering
from ledgerboard_gateway.http import view_examples as e
from ledgerboard_gateway.http.bodies import LookupBody, decode_lookup
from ledgerboard_gateway.http.operations import Answer, Body, Operation
from ledgerboard_gateway.http.place_query import BoardsOfPlayerQuery, LookupQuery, NeighboursQuery
from ledgerboard_gateway.http.problems import ProblemError
from ledgerboard_gateway.http.problems import ProblemType as P
from ledgerboard_gateway.http.requests import board_in_path, json_body, player_in_path
from ledgerboard_gateway.http.standing_routes import VIEW_PROBLEMS
from ledgerboard_gateway.http.view_query import RankingQuery
from ledgerboard_gateway.views import BoardView, Wanted


class Standings(Protocol):
    """The live boards. ``view`` raises where there is no such board or view."""

    def view(self, board: str, wanted: Wanted) -> BoardView:
        """The view that is meant."""
        ...

    def placing(self, of: BoardView, player: str, ranking: Ranking) -> Placing | None:
        """One player's place, or None."""
        ...

    def around_player(self, of: BoardView, player: str, side: int, ranking: Ranking) -> Neighbours | None:
        """One player's neighbours, or None."""
        ...

    def listed(self, of: BoardView, players: Sequence[str], ranking: Ranking) -> Sequence[ListedStanding]:
        """Several players' places, best first."""
        ...

    def of_player(
        self, player: str, boards: Sequence[str], wanted: Wanted, ranking: Ranking
    ) -> Sequence[tuple[BoardView, Standing]]:
        """One player's places on several boards."""
        ...


class PlayerRoutes:
    """The routes that read places of players."""

    def __init__(self, standings: Standings) -> None:
        self._standings = standings

    def get_standing(self, query: Mapping[str, Any], board: str, player: str) -> Response:
        """Tell one player's place in a view."""
        player_in_path(player)
        found, ranking = self._view(query, board), query["ranking"]
        placing = self._standings.placing(found, player, ranking)
        if placing is None:
            raise _no_standing(found)
        return rendering.answer(view_rendering.placing(found.view, placing, ranking))

    def get_player_neighbours(self, query: Mapping[str, Any], board: str, player: str) -> Response:
        """Tell who stands around a player."""
        player_in_path(player)
        found, ranking = self._view(query, board), query["ranking"]
        neighbours = self._standings.around_player(found, player, query["n"], ranking)
        if neighbours is None:
            raise _no_standing(found)
        return rendering.answer(view_rendering.neighbours(found.view, neighbours, ranking))

    def get_lookup(self, query: Mapping[str, Any], board: str) -> Response:
        """Tell the places of several players."""
        return self._lookup(query, board, query["player"])

    def post_lookup(self, query: Mapping[str, Any], board: str) -> Response:
        """Tell the places of several players, who are too many for a query. Changes nothing."""
        return self._lookup(query, board, decode_lookup(json_body()))

    def get_player_standings(self, query: Mapping[str, Any], player: str) -> Response:
        """Tell one player's places on several boards."""
        boards, ranking = list(dict.fromkeys(query["boards"])), query["ranking"]
        found = self._standings.of_player(player_in_path(player), boards, query["wanted"], ranking)
        standings = tuple(view_rendering.on_board(each.view, own) for each, own in found)
        placed = {each.board for each in standings}
        missing = tuple(board for board in boards if board not in placed)
        return rendering.answer(
            view_answers.BoardsOfPlayerAnswer(player=player, ranking=ranking, standings=standings, missing=missing)
        )

    def _view(self, query: Mapping[str, Any], board: str) -> BoardView:
        return self._standings.view(board_in_path(board), query["wanted"])

    def _lookup(self, query: Mapping[str, Any], board: str, players: Sequence[str]) -> Response:
        found, ranking = self._view(query, board), query["ranking"]
        listed = self._standings.listed(found, players, ranking)
        return rendering.answer(view_rendering.lookup(found.view, players, listed, ranking))

    def operations(self) -> list[Operation]:
        """These routes, and what their documentation says."""
        lookup = {200: Answer([view_answers.LookupAnswer], e.LOOKUP, "Their places, best first, from one atomic read")}
        return [
            Operation(
                tag="standings",
                method="GET",
                rule="/v1/boards/<board>/players/<player>",
                view=self.get_standing,
                summary="Read one player's standing",
                description="Score, rank and percentile come from one atomic read. Where every play stands for itself, "
                "it is the player's best one.",
                query=RankingQuery,
                answers={200: Answer([view_answers.StandingAnswer], e.STANDING, "The player's place")},
                problems=[*VIEW_PROBLEMS, P.UNKNOWN_PLAYER, P.RANK_TOO_DEEP],
            ),
            Operation(
                tag="standings",
                method="GET",
                rule="/v1/boards/<board>/players/<player>/neighbours",
                view=self.get_player_neighbours,
                summary="Read who stands around a player",
                description="The player with `n` rows above and below: 2 n + 1 rows wherever the board has them.",
                query=NeighboursQuery,
                answers={200: Answer([view_answers.NeighboursAnswer], e.NEIGHBOURS, "The rows, from one atomic read")},
                problems=[*VIEW_PROBLEMS, P.UNKNOWN_PLAYER, P.RANK_TOO_DEEP],
            ),
            Operation(
                tag="standings",
                method="GET",
                rule="/v1/boards/<board>/standings/lookup",
                view=self.get_lookup,
                summary="Read the standings of several players",
                description="Friends, a team, a page of an own list: up to 100 players, ranked on the board and among "
                "themselves, by the same rule.",
                query=LookupQuery,
                answers=lookup,
                problems=[*VIEW_PROBLEMS, P.RANK_TOO_DEEP],
            ),
            Operation(
                tag="standings",
                method="POST",
                rule="/v1/boards/<board>/standings/lookup",
                view=self.post_lookup,
                summary="Read the standings of several players, named in a body",
                description="As GET, for lists that do not fit a URL. It changes nothing and needs no key.",
                query=RankingQuery,
                body=Body(LookupBody, e.LOOKUP_BODY),
                answers=lookup,
                problems=[*VIEW_PROBLEMS, P.RANK_TOO_DEEP],
            ),
            Operation(
                tag="standings",
                method="GET",
                rule="/v1/players/<player>/standings",
                view=self.get_player_standings,
                summary="Read one player's standings on several boards",
                description="In the order in which the boards are named. A board that there is not, or where the "
                "player has no place, is `missing`. Each standing is atomic for itself.",
                query=BoardsOfPlayerQuery,
                answers={200: Answer([view_answers.BoardsOfPlayerAnswer], e.BOARDS_OF_PLAYER, "The player's places")},
                problems=[P.UNKNOWN_VIEW, P.EXPIRED_VIEW, P.UNAVAILABLE, P.RANK_TOO_DEEP],
            ),
        ]


def _no_standing(found: BoardView) -> ProblemError:
    view = found.view
    return ProblemError(P.UNKNOWN_PLAYER, f"No play of this player counts on {view.board} ({view.span.key}).")
