"""Open and close sessions, and tell which there are."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Protocol
from urllib.parse import urlencode

from flask import Response

from ledgerboard_contracts import BoardDefinition, SessionRules
from ledgerboard_gateway.http import rendering
from ledgerboard_gateway.http import session_examples as e
from ledgerboard_gateway.http.auditing import note_before
from ledgerboard_gateway.http.idempotency import current_claim
from ledgerboard_gateway.http.operations import Answer, Body, Operation
from ledgerboard_gateway.http.problems import ProblemError
from ledgerboard_gateway.http.problems import ProblemType as P
from ledgerboard_gateway.http.requests import board_in_path, json_body, note
from ledgerboard_gateway.http.session_bodies import (
    SessionBody,
    SessionItem,
    SessionsAnswer,
    SessionsQuery,
    decode_session,
    session_item,
    session_name,
)
from ledgerboard_gateway.views import UnknownBoardError
from ledgerboard_ledger import KeptSession

_RULE: Final = "/v1/boards/<board>/sessions"
_JUDGED: Final = (
    "Scores are judged by when they were accepted: what was accepted up to `closed_at` counts, however late it arrives."
)


class Definitions(Protocol):
    """The record of definitions. Raises `UnavailableError` when it is down."""

    def current(self, board: str) -> BoardDefinition | None:
        """The current definition, or None where there is no such board."""
        ...


class Sessions(Protocol):
    """The record of sessions, as managers change it. Raises `UnavailableError` when it is down."""

    def open(self, board: str, session: str, rules: SessionRules) -> tuple[KeptSession, bool]:
        """The session of that name, and whether this call opened it."""
        ...

    def close(self, board: str, session: str) -> KeptSession | None:
        """Close it, unless it is closed; None where there is none."""
        ...


class Reader(Protocol):
    """The record of sessions, as everybody reads it. Raises `UnavailableError` when it is down."""

    def session(self, board: str, session: str) -> KeptSession | None:
        """One of them, or None."""
        ...

    def current(self, board: str) -> KeptSession | None:
        """The one that was opened last of those that are open, or None."""
        ...

    def list(self, board: str, after: str | None, limit: int) -> Sequence[KeptSession]:
        """The newest first."""
        ...


class SessionRoutes:
    """The routes of sessions. Opening under a name and closing are safe to repeat."""

    def __init__(
        self, definitions: Definitions, sessions: Sessions, reader: Reader, new_name: Callable[[], str]
    ) -> None:
        self._definitions = definitions
        self._sessions = sessions
        self._reader = reader
        self._new_name = new_name

    def open_session(self, board: str) -> Response:
        """Open a session."""
        self._check_managed(board_in_path(board))
        name, rules = decode_session(json_body())
        if name is not None:
            self._note_before(board, name)
        kept, is_new = self._sessions.open(board, name or self._made_up(), rules)
        if not is_new and (kept.session.rules != rules or not kept.is_open):
            raise ProblemError(P.SESSION_EXISTS, f"{board} has a session {name!r} already, closed or of other rules.")
        note(board=board, session=kept.session.session)
        return rendering.answer(session_item(kept), 201 if is_new else 200)

    def close_session(self, board: str, session: str) -> Response:
        """Close a session."""
        self._note_before(board_in_path(board), session_name(session))
        kept = self._sessions.close(board, session)
        note(board=board, session=session)
        return rendering.answer(session_item(found(kept, board, session)))

    def get_session(self, board: str, session: str) -> Response:
        """Tell of one session."""
        kept = self._reader.session(board_in_path(board), session_name(session))
        return rendering.answer(session_item(found(kept, board, session)))

    def get_current_session(self, board: str) -> Response:
        """Tell of the newest open session."""
        kept = self._reader.current(board_in_path(board))
        if kept is None:
            raise ProblemError(P.UNKNOWN_SESSION, f"No session of {board} is open.")
        return rendering.answer(session_item(kept))

    def list_sessions(self, query: Mapping[str, Any], board: str) -> Response:
        """Tell a page of sessions."""
        most = query["limit"]
        page = self._reader.list(board_in_path(board), query["after"], most)
        if not page and self._definitions.current(board) is None:
            raise UnknownBoardError(board)
        following = None
        if len(page) == most:
            pairs = urlencode({"after": page[-1].session.session, "limit": most})
            following = f"/v1/boards/{board}/sessions?{pairs}"
        items = tuple(map(session_item, page))
        return rendering.answer(SessionsAnswer(board=board, sessions=items, next=following))

    def _note_before(self, board: str, session: str) -> None:
        kept = self._reader.session(board, session)
        note_before(None if kept is None else session_item(kept))

    def _made_up(self) -> str:
        """The same one for whoever takes over a request that died with its key."""
        claim = current_claim()
        return self._new_name() if claim is None else str(claim.stamps.correction_id())

    def _check_managed(self, board: str) -> None:
        definition = self._definitions.current(board)
        if definition is None:
            raise UnknownBoardError(board)
        if not definition.options.managed_sessions:
            raise ProblemError(P.UNMANAGED_SESSIONS, f"The definition of {board} has no `managed_sessions`.")

    def operations(self) -> list[Operation]:
        """These routes, and what their documentation says."""
        return [
            Operation(
                tag="sessions", method="POST", rule=_RULE, view=self.open_session, summary="Open a session",
                description="On a board with `managed_sessions`, where every score names an open session. Several may "
                "be open at once. TIME_CONSTRAINED closes by itself, so many `minutes` after it opened. "
                "To open it again under the same name and rules is harmless while it is open.",
                body=Body(SessionBody, e.SESSION_BODY),
                answers={
                    201: Answer([SessionItem], e.SESSION, "It is open"),
                    200: Answer([SessionItem], e.SESSION, "It was open already"),
                },
                problems=[P.UNKNOWN_BOARD, P.UNMANAGED_SESSIONS, P.SESSION_EXISTS, P.UNAVAILABLE],
            ),
            Operation(
                tag="sessions", method="POST", rule=f"{_RULE}/<session>/close", view=self.close_session,
                summary="Close a session",
                description=f"Once: to close it again changes nothing. {_JUDGED}",
                answers={200: Answer([SessionItem], e.CLOSED_SESSION, "It is closed")},
                problems=[P.UNKNOWN_SESSION, P.UNAVAILABLE],
            ),
            Operation(
                tag="sessions", method="GET", rule=_RULE, view=self.list_sessions, summary="List a board's sessions",
                description="The newest first. Follow `next` for more.",
                query=SessionsQuery,
                answers={200: Answer([SessionsAnswer], e.SESSIONS, "A page of sessions")},
                problems=[P.UNKNOWN_BOARD, P.UNAVAILABLE],
            ),
            Operation(
                tag="sessions", method="GET", rule=f"{_RULE}/current", view=self.get_current_session,
                summary="Read the current session",
                description="Of those that are open, the one that was opened last.",
                answers={200: Answer([SessionItem], e.SESSION, "The session")},
                problems=[P.UNKNOWN_SESSION, P.UNAVAILABLE],
            ),
            Operation(
                tag="sessions", method="GET", rule=f"{_RULE}/<session>", view=self.get_session,
                summary="Read a session",
                description=f"{_JUDGED} Its standings are those of the board with `session`.",
                answers={200: Answer([SessionItem], e.SESSION, "The session")},
                problems=[P.UNKNOWN_SESSION, P.UNAVAILABLE],
            ),
        ]  # fmt: skip


def found(kept: KeptSession | None, board: str, session: str) -> KeptSession:
    """The session. Raises the 404 problem where there is none."""
    if kept is None:
        raise ProblemError(P.UNKNOWN_SESSION, f"{board} has no session {session!r}.")
    return kept
