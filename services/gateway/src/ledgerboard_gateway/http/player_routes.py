"""Read where players stand: one with what is around, several together, one on several boards."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from flask import Response

from ledgerboard_contracts import ListedStanding, Neighbours, Placing, Ranking, Standing
from ledgerboard_gateway.fallback import Asked, Found
from ledgerboard_gateway.http import view_answers, view_rendering
from ledgerboard_gateway.http import view_examples as e
from ledgerboard_gateway.http.bodies import LookupBody, decode_lookup
from ledgerboard_gateway.http.operations import LIST_BODY_BYTES, Answer, Body, Operation
from ledgerboard_gateway.http.place_query import BoardsOfPlayerQuery, LookupQuery, NeighboursQuery
from ledgerboard_gateway.http.problems import ProblemError
from ledgerboard_gateway.http.problems import ProblemType as P
from ledgerboard_gateway.http.requests import json_body, player_in_path
from ledgerboard_gateway.http.sources import answer_found, asked_view, source_headers
from ledgerboard_gateway.http.standing_routes import VIEW_PROBLEMS
from ledgerboard_gateway.http.view_query import RankingQuery
from ledgerboard_gateway.views import Wanted


class Standings(Protocol):
    """The boards. Each read raises where there is no such board or view."""

    def placing(self, asked: Asked, player: str, ranking: Ranking) -> Found[Placing | None]:
        """One player's place, or None."""
        ...

    def around_player(self, asked: Asked, player: str, side: int, ranking: Ranking) -> Found[Neighbours | None]:
        """One player's neighbours, or None."""
        ...

    def listed(self, asked: Asked, players: Sequence[str], ranking: Ranking) -> Found[Sequence[ListedStanding]]:
        """Several players' places, best first."""
        ...

    def of_player(
        self, player: str, boards: Sequence[str], wanted: Wanted, ranking: Ranking
    ) -> Found[Sequence[Standing | None]]:
        """One player's places on those of the boards that there are, or None where the player has none."""
        ...


class PlayerRoutes:
    """The routes that read places of players."""

    def __init__(self, standings: Standings) -> None:
        self._standings = standings

    def get_standing(self, query: Mapping[str, Any], board: str, player: str) -> Response:
        """Tell one player's place in a view."""
        asked, ranking = asked_view(query, board), query["ranking"]
        found = self._standings.placing(asked, player_in_path(player), ranking)
        if found.value is None:
            raise _no_standing(found)
        return answer_found(found, view_rendering.placing(found.of.view, found.value, ranking))

    def get_player_neighbours(self, query: Mapping[str, Any], board: str, player: str) -> Response:
        """Tell who stands around a player."""
        asked, ranking = asked_view(query, board), query["ranking"]
        found = self._standings.around_player(asked, player_in_path(player), query["n"], ranking)
        if found.value is None:
            raise _no_standing(found)
        return answer_found(found, view_rendering.neighbours(found.of.view, found.value, ranking))

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
        return answer_found(found, view_rendering.boards_of_player(player, boards, found, ranking))

    def _lookup(self, query: Mapping[str, Any], board: str, players: Sequence[str]) -> Response:
        ranking = query["ranking"]
        found = self._standings.listed(asked_view(query, board), players, ranking)
        return answer_found(found, view_rendering.lookup(found.of.view, players, found.value, ranking))

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
                from_boards=True,
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
                from_boards=True,
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
                from_boards=True,
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
                from_boards=True,
                query=RankingQuery,
                body=Body(LookupBody, e.LOOKUP_BODY, LIST_BODY_BYTES),
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
                from_boards=True,
                query=BoardsOfPlayerQuery,
                answers={200: Answer([view_answers.BoardsOfPlayerAnswer], e.BOARDS_OF_PLAYER, "The player's places")},
                problems=[P.UNKNOWN_VIEW, P.UNAVAILABLE, P.RANK_TOO_DEEP],
            ),
        ]


def _no_standing(found: Found[Any]) -> ProblemError:
    view, headers = found.of.view, source_headers(found)
    detail = f"No play of this player counts on {view.board} ({view.span.key})."
    return ProblemError(P.UNKNOWN_PLAYER, detail, headers=headers)
