"""Ask for corrections. 202 means that the queue stores the correction."""

from collections.abc import Callable
from functools import partial
from typing import Any, Protocol
from uuid import UUID

from flask import Response

from ledgerboard_contracts import BoardDefinition, Correction, CorrectionKind
from ledgerboard_gateway.corrections import UnacknowledgedCorrectionError, UnknownEventError, Why
from ledgerboard_gateway.http import operator_examples as e
from ledgerboard_gateway.http import rendering
from ledgerboard_gateway.http.auditing import note_before
from ledgerboard_gateway.http.operations import Answer, Body, Operation
from ledgerboard_gateway.http.operator_answers import AcceptedCorrection
from ledgerboard_gateway.http.operator_bodies import BanBody, WhyBody, decode_ban, decode_why, why
from ledgerboard_gateway.http.operator_query import WhyQuery
from ledgerboard_gateway.http.problems import ProblemError
from ledgerboard_gateway.http.problems import ProblemType as P
from ledgerboard_gateway.http.requests import board_in_path, event_in_path, json_body, note, player_in_path, request_id

_BY_PLAYER = "Scores that are still on their way are covered too."


class Corrections(Protocol):
    """Puts corrections on the queue; what is returned is stored there."""

    def void(self, event_id: UUID, why: Why, correlation_id: str) -> Correction:
        """Let one event no longer count."""
        ...

    def of_player(
        self, kind: CorrectionKind, player: str, board: str | None, why: Why, correlation_id: str
    ) -> Correction:
        """Ban, unban or erase a player."""
        ...

    def of_board(self, kind: CorrectionKind, board: str, why: Why, correlation_id: str) -> Correction:
        """Reset or delete a board."""
        ...


class Definitions(Protocol):
    """The record of boards. Raises `UnavailableError` when it is down."""

    def current(self, board: str) -> BoardDefinition | None:
        """The current definition, or None where there is no such board."""
        ...


class CorrectionRoutes:
    """The routes that correct. Each is safe to repeat: a second correction of a kind changes nothing more."""

    def __init__(self, corrections: Corrections, definitions: Definitions) -> None:
        self._corrections = corrections
        self._definitions = definitions

    def void_event(self, event_id: str) -> Response:
        """Let an event no longer count."""
        known = event_in_path(event_id)
        return _accept(partial(self._corrections.void, known, decode_why(json_body()), request_id()))

    def ban_player(self, player: str) -> Response:
        """Hide a player's plays, and refuse new ones."""
        return self._ban(CorrectionKind.BAN, player)

    def unban_player(self, player: str) -> Response:
        """End bans."""
        return self._ban(CorrectionKind.UNBAN, player)

    def erase_player(self, player: str) -> Response:
        """Make a player's past anonymous."""
        player_in_path(player)
        given = decode_why(json_body())
        return _accept(partial(self._corrections.of_player, CorrectionKind.ERASE, player, None, given, request_id()))

    def reset_board(self, board: str) -> Response:
        """Let a board begin anew."""
        board_in_path(board)
        given = decode_why(json_body())
        return _accept(partial(self._corrections.of_board, CorrectionKind.RESET, board, given, request_id()))

    def delete_board(self, query: dict[str, Any], board: str) -> Response:
        """Let a board be no more."""
        board_in_path(board)
        if (known := self._definitions.current(board)) is not None:
            note_before(rendering.board(known))
        given = why(query["reason"], query["author"])
        return _accept(partial(self._corrections.of_board, CorrectionKind.DELETE, board, given, request_id()))

    def _ban(self, kind: CorrectionKind, player: str) -> Response:
        player_in_path(player)
        given, board = decode_ban(json_body())
        return _accept(partial(self._corrections.of_player, kind, player, board, given, request_id()))

    def operations(self) -> list[Operation]:
        """These routes, and what their documentation says."""
        return [
            self._operation(
                "/v1/events/<event_id>/void",
                self.void_event,
                "Void a score",
                "The event no longer counts on any ranking; the player's next best play does. The ledger keeps it. Not "
                "found as long as the ledger does not hold the event as a play.",
                Body(WhyBody, e.WHY),
                P.UNKNOWN_EVENT,
            ),
            self._operation(
                "/v1/players/<player>/ban",
                self.ban_player,
                "Ban a player",
                f"On one board, or without `board` on all. All plays are hidden, and new ones refused. {_BY_PLAYER}",
                Body(BanBody, e.BAN),
                P.UNKNOWN_BOARD,
            ),
            self._operation(
                "/v1/players/<player>/unban",
                self.unban_player,
                "Unban a player",
                "Ends every ban on that board, or without `board` those on all boards. The plays show again.",
                Body(BanBody, e.BAN),
                P.UNKNOWN_BOARD,
            ),
            self._operation(
                "/v1/players/<player>/erase",
                self.erase_player,
                "Erase a player",
                "What the player did until now is made anonymous in the ledger and no longer counts on any board, and "
                f"their account is deleted. It cannot be undone. {_BY_PLAYER}",
                Body(WhyBody, e.WHY),
            ),
            self._operation(
                "/v1/boards/<board>/reset",
                self.reset_board,
                "Reset a board",
                "What was accepted until now no longer counts on it. The ledger keeps it.",
                Body(WhyBody, e.WHY),
                P.UNKNOWN_BOARD,
            ),
            Operation(
                tag="corrections",
                method="DELETE",
                rule="/v1/boards/<board>",
                view=self.delete_board,
                summary="Delete a board",
                description="As a reset, and the board is neither listed nor read until it is defined or played anew.",
                query=WhyQuery,
                **_common(P.UNKNOWN_BOARD),
            ),
        ]

    def _operation(
        self, rule: str, view: Callable[..., Response], summary: str, description: str, body: Body, *problems: P
    ) -> Operation:
        return Operation(
            tag="corrections",
            method="POST",
            rule=rule,
            view=view,
            summary=summary,
            description=description,
            body=body,
            **_common(*problems),
        )


def _common(*problems: P) -> dict[str, Any]:
    return {
        "answers": {202: Answer([AcceptedCorrection], e.ACCEPTED, "The queue stores it")},
        "problems": [*problems, P.UNAVAILABLE, P.CORRECTION_UNACKNOWLEDGED],
    }


def _accept(ask: Callable[[], Correction]) -> Response:
    try:
        made = ask()
    except UnknownEventError as error:
        raise ProblemError(P.UNKNOWN_EVENT, str(error)) from error
    except UnacknowledgedCorrectionError as error:
        detail = f"The queue did not acknowledge correction {error.correction_id} in time."
        raise ProblemError(P.CORRECTION_UNACKNOWLEDGED, detail) from error
    note(correction_id=made.correction_id, kind=made.kind.value)
    return rendering.answer(
        AcceptedCorrection(
            correction_id=made.correction_id,
            kind=made.kind,
            occurred_at=made.occurred_at,
            board=made.board,
            player=made.player,
            event_id=made.event_id,
        ),
        202,
    )
