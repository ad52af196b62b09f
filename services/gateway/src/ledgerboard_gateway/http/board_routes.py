"""Define boards, and read their definitions."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from urllib.parse import urlencode

from flask import Response

from ledgerboard_contracts import BoardDefinition, BoardOptions
from ledgerboard_gateway.http import answers, rebuild_rendering, rendering
from ledgerboard_gateway.http import examples as e
from ledgerboard_gateway.http.auditing import note_before
from ledgerboard_gateway.http.operations import LIST_BODY_BYTES, Answer, Body, Operation
from ledgerboard_gateway.http.operator_answers import RedefinedBoard
from ledgerboard_gateway.http.operator_examples import REDEFINED
from ledgerboard_gateway.http.options import OptionsBody
from ledgerboard_gateway.http.problems import ProblemType as P
from ledgerboard_gateway.http.query import BoardsQuery
from ledgerboard_gateway.http.requests import board_in_path
from ledgerboard_gateway.views import UnknownBoardError
from ledgerboard_ledger.generation_records import Generation


class Definitions(Protocol):
    """The record of definitions. All raise `UnavailableError`."""

    def current(self, board: str) -> BoardDefinition | None:
        """The current definition, or None where there is no such board."""
        ...

    def define(self, board: str, options: BoardOptions) -> tuple[BoardDefinition, bool]:
        """The definition that now carries the options, and whether this call made it."""
        ...

    def list(self, after: str | None, limit: int, prefix: str, contains: str) -> Sequence[BoardDefinition]:
        """Definitions by name."""
        ...


class Known(Protocol):
    """The definitions that this process goes by; what it has just made must not wait for their refresh."""

    def remember(self, definition: BoardDefinition) -> None:
        """Take over a definition."""
        ...


class Rebuilds(Protocol):
    """The generations that are still to come. Raises `UnavailableError`."""

    def pending(self, definition: BoardDefinition) -> Generation | None:
        """The one that is to bring this definition to its board, or None."""
        ...


class BoardRoutes:
    """The routes that read and write definitions. A write is safe to repeat: equal options make no new version."""

    def __init__(self, definitions: Definitions, known: Known, rebuilds: Rebuilds) -> None:
        self._definitions = definitions
        self._known = known
        self._rebuilds = rebuilds

    def put_board(self, body: BoardOptions, board: str) -> Response:
        """Make the board's next version, or its first, unless its options are these already."""
        board_in_path(board)
        if (known := self._definitions.current(board)) is not None:
            note_before(rendering.board(known))
        definition, created = self._definitions.define(board, body)
        self._known.remember(definition)
        if created and definition.version == 1:
            return rendering.answer(rendering.board(definition), 201)
        rebuild = self._rebuilds.pending(definition)
        if rebuild is not None:
            return rendering.answer(rebuild_rendering.redefined(definition, rebuild), 202)
        return rendering.answer(rendering.board(definition))

    def get_board(self, board: str) -> Response:
        """Tell the board's current definition."""
        board_in_path(board)
        definition = self._definitions.current(board)
        if definition is None:
            raise UnknownBoardError(board)
        return rendering.answer(rendering.board(definition))

    def list_boards(self, query: Mapping[str, Any]) -> Response:
        """Tell a page of boards by name."""
        limit, names = query["limit"], {name: query[name] for name in ("prefix", "contains")}
        boards = tuple(map(rendering.board, self._definitions.list(query["after"], limit, **names)))
        following = None
        if len(boards) == limit:
            pairs = {"after": boards[-1].board, "limit": limit} | {name: part for name, part in names.items() if part}
            following = f"/v1/boards?{urlencode(pairs)}"
        return rendering.answer(answers.BoardsAnswer(boards=boards, next=following))

    def operations(self) -> list[Operation]:
        """These routes, and what their documentation says."""
        return [
            Operation(
                tag="boards",
                method="GET",
                rule="/v1/boards",
                view=self.list_boards,
                summary="List and search the boards",
                description="By name. Follow `next` for more.",
                query=BoardsQuery,
                answers={200: Answer([answers.BoardsAnswer], e.BOARDS, "A page of boards")},
                problems=[P.INVALID_REQUEST, P.UNAVAILABLE],
            ),
            Operation(
                tag="boards",
                method="GET",
                rule="/v1/boards/<board>",
                view=self.get_board,
                summary="Read a board's definition",
                description="The current version.",
                answers={200: Answer([answers.BoardAnswer], e.BOARD, "The definition")},
                problems=[P.UNKNOWN_BOARD, P.UNAVAILABLE],
            ),
            Operation(
                tag="boards",
                method="PUT",
                rule="/v1/boards/<board>",
                view=self.put_board,
                summary="Define a board",
                description="Makes version 1, or the next version where options differ; each submission is judged by "
                "the version it was accepted under. Where `order`, `policy`, `ties`, `time_zone`, `seasons` or which "
                "views there are differ, the board is rebuilt from the ledger: readers see it as it was until the new "
                "generation takes its place. Options that are left out take their defaults. Other replicas follow "
                "within 5 seconds.",
                body=Body(OptionsBody, e.OPTIONS, LIST_BODY_BYTES),
                answers={
                    200: Answer([answers.BoardAnswer], e.BOARD, "The board existed; this is its version now"),
                    201: Answer([answers.BoardAnswer], e.BOARD, "The board is new"),
                    202: Answer([RedefinedBoard], REDEFINED, "It is defined so; the board is still to be rebuilt"),
                },
                problems=[P.UNAVAILABLE],
            ),
        ]
