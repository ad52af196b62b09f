"""Ask that boards be projected anew, and tell how far that is."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from flask import Response

from ledgerboard_gateway.corrections import Why
from ledgerboard_gateway.http import operator_examples as e
from ledgerboard_gateway.http import rebuild_rendering, rendering
from ledgerboard_gateway.http.operations import Answer, Body, Operation
from ledgerboard_gateway.http.operator_answers import RebuildItem, RebuildsAnswer, RequestedRebuilds
from ledgerboard_gateway.http.operator_bodies import RebuildsBody, WhyBody, decode_rebuilds, decode_why
from ledgerboard_gateway.http.operator_query import RebuildsQuery
from ledgerboard_gateway.http.problems import ProblemType as P
from ledgerboard_gateway.http.requests import board_in_path, json_body, note
from ledgerboard_gateway.rebuilds import Requested
from ledgerboard_ledger.generation_records import Generation


class Rebuilds(Protocol):
    """The way to a new generation. Raises `UnavailableError` when the record is down."""

    def request(self, board: str, why: Why) -> Generation:
        """Ask for one board's."""
        ...

    def request_all(self, after: str | None, limit: int, why: Why) -> Requested:
        """Ask for those of some boards."""
        ...

    def known(self, board: str | None) -> Sequence[Generation]:
        """Generations, newest first."""
        ...


class RebuildRoutes:
    """The routes of generations. 202 means that the ledger holds the request. Safe to repeat."""

    def __init__(self, rebuilds: Rebuilds) -> None:
        self._rebuilds = rebuilds

    def rebuild_board(self, board: str) -> Response:
        """Ask for a new generation of one board."""
        made = self._rebuilds.request(board_in_path(board), decode_why(json_body()))
        note(board=made.board, generation=made.number)
        return rendering.answer(rebuild_rendering.rebuild(made), 202)

    def rebuild_boards(self) -> Response:
        """Ask for a new generation of many boards."""
        why, after, limit = decode_rebuilds(json_body())
        made = self._rebuilds.request_all(after, limit, why)
        note(boards=len(made.generations))
        return rendering.answer(
            RequestedRebuilds(rebuilds=tuple(map(rebuild_rendering.rebuild, made.generations)), next=made.after), 202
        )

    def list_rebuilds(self, query: Mapping[str, Any]) -> Response:
        """Tell generations."""
        return rendering.answer(
            RebuildsAnswer(rebuilds=tuple(map(rebuild_rendering.rebuild, self._rebuilds.known(query["board"]))))
        )

    def operations(self) -> list[Operation]:
        """These routes, and what their documentation says."""
        return [
            Operation(
                tag="rebuilds",
                method="POST",
                rule="/v1/boards/<board>/rebuild",
                view=self.rebuild_board,
                summary="Rebuild a board",
                description="From the ledger, by the current definition. Readers go on with the generation that is "
                "live until the new one takes its place. While one is pending, this tells of that one.",
                body=Body(WhyBody, e.WHY),
                answers={202: Answer([RebuildItem], e.REBUILD, "The ledger holds the request")},
                problems=[P.UNKNOWN_BOARD, P.UNAVAILABLE],
            ),
            Operation(
                tag="rebuilds",
                method="POST",
                rule="/v1/rebuilds",
                view=self.rebuild_boards,
                summary="Rebuild all boards",
                description="A page of them by name; go on with `after` set to the answer's `next`.",
                body=Body(RebuildsBody, e.REBUILDS),
                answers={202: Answer([RequestedRebuilds], e.REBUILDS_REQUESTED, "The ledger holds the requests")},
                problems=[P.UNAVAILABLE],
            ),
            Operation(
                tag="rebuilds",
                method="GET",
                rule="/v1/rebuilds",
                view=self.list_rebuilds,
                summary="Read how far rebuilds are",
                description="Generations of boards, newest first, with the facts folded so far.",
                query=RebuildsQuery,
                answers={200: Answer([RebuildsAnswer], e.REBUILDS_TOLD, "The generations")},
                problems=[P.UNAVAILABLE],
            ),
        ]
