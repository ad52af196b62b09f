"""Read a player's plays: newest first, or best first.

A page ends where its last play says, so pages meet whatever is recorded meanwhile.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from urllib.parse import quote, urlencode
from uuid import UUID

import msgspec
from flask import Response

from ledgerboard_contracts import BoardDefinition, Order
from ledgerboard_gateway.http import answers, rendering
from ledgerboard_gateway.http import examples as e
from ledgerboard_gateway.http.history_answers import BestPlaysAnswer
from ledgerboard_gateway.http.history_examples import BEST_PLAYS
from ledgerboard_gateway.http.history_query import BestPlaysQuery, PlaysQuery
from ledgerboard_gateway.http.operations import Answer, Operation
from ledgerboard_gateway.http.problems import ProblemType as P
from ledgerboard_gateway.http.requests import board_in_path, player_in_path
from ledgerboard_gateway.views import UnknownBoardError
from ledgerboard_ledger import Accepted, Play


class Ledger(Protocol):
    """The record of plays. Raises `UnavailableError` when it is down."""

    def plays(
        self,
        player: str,
        board: str | None,
        before: UUID | None,
        limit: int,
        *,
        level: str | None = ...,
        accepted: Accepted = ...,
    ) -> Sequence[Play]:
        """The first plays that are older than an event, or the newest."""
        ...

    def best_plays(
        self, player: str, board: str, order: Order, after: tuple[int, UUID] | None, limit: int
    ) -> Sequence[Play]:
        """The first plays that count and follow one by its score and id, or the best."""
        ...


class Definitions(Protocol):
    """Board definitions. Raises `UnavailableError` when they cannot be had."""

    def current(self, board: str) -> BoardDefinition | None:
        """The current definition, or None where there is no such board."""
        ...


class PlayRoutes:
    """The routes that read plays. They follow the ledger by less than a second, and by more when workers are behind."""

    def __init__(self, ledger: Ledger, definitions: Definitions) -> None:
        self._ledger = ledger
        self._definitions = definitions

    def get_plays(self, query: Mapping[str, Any], player: str) -> Response:
        """Tell a page of a player's plays."""
        player_in_path(player)
        board, limit = query["board"], query["limit"]
        accepted = Accepted(since=query["since"], until=query["until"])
        plays = self._ledger.plays(player, board, query["before"], limit, level=query["level"], accepted=accepted)
        following = _older(player, query, plays[-1]) if len(plays) == limit else None
        return rendering.answer(
            answers.PlaysAnswer(player=player, scores=tuple(map(rendering.play, plays)), next=following)
        )

    def get_best_plays(self, query: Mapping[str, Any], board: str, player: str) -> Response:
        """Tell a page of a player's best plays on a board."""
        definition, limit = self._definitions.current(board_in_path(board)), query["limit"]
        player_in_path(player)
        if definition is None:
            raise UnknownBoardError(board)
        plays = self._ledger.best_plays(player, board, definition.options.order, query["after"], limit)
        following = _worse(board, player, limit, plays[-1]) if len(plays) == limit else None
        scores = tuple(map(rendering.play, plays))
        return rendering.answer(BestPlaysAnswer(board=board, player=player, scores=scores, next=following))

    def operations(self) -> list[Operation]:
        """These routes, and what their documentation says."""
        return [
            Operation(
                tag="history",
                method="GET",
                rule="/v1/players/<player>/scores",
                view=self.get_plays,
                summary="Read a player's plays",
                description="Newest first: all, or those on a board, on one of its levels, accepted within a time. "
                "Plays that count no more are among them. Follow `next` for older ones. A player without plays has "
                "an empty page.",
                query=PlaysQuery,
                answers={200: Answer([answers.PlaysAnswer], e.PLAYS, "A page of plays")},
                problems=[P.UNAVAILABLE],
            ),
            Operation(
                tag="history",
                method="GET",
                rule="/v1/boards/<board>/players/<player>/scores",
                view=self.get_best_plays,
                summary="Read a player's best plays on a board",
                description="Best score first, in the order of the board, and of equal scores the older play first. "
                "Only plays that count. Follow `next` for worse ones. A player without plays has an empty page.",
                query=BestPlaysQuery,
                answers={200: Answer([BestPlaysAnswer], BEST_PLAYS, "A page of plays")},
                problems=[P.UNKNOWN_BOARD, P.UNAVAILABLE],
            ),
        ]


def _older(player: str, query: Mapping[str, Any], last: Play) -> str:
    kept = {name: query[name] for name in ("limit", "board", "level", "since", "until") if query[name] is not None}
    pairs = msgspec.to_builtins({"before": last.event_id} | kept)
    return f"/v1/players/{quote(player, safe='')}/scores?{urlencode(pairs)}"


def _worse(board: str, player: str, limit: int, last: Play) -> str:
    pairs = {"after": f"{last.score}_{last.event_id}", "limit": limit}
    return f"/v1/boards/{board}/players/{quote(player, safe='')}/scores?{urlencode(pairs)}"
