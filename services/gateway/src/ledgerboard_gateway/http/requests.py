"""What every route asks of a request: its id, a JSON body, sound names in its path."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any, Final
from uuid import UUID

from flask import current_app, request
from werkzeug.exceptions import MethodNotAllowed, NotFound

from ledgerboard_contracts import (
    InvalidEventIdError,
    InvalidMomentError,
    InvalidNameError,
    check_board,
    check_player,
    event_time,
    read_day,
)
from ledgerboard_contracts.names import RESERVED_BOARDS
from ledgerboard_gateway.http.problems import ProblemError, ProblemType, invalid
from ledgerboard_gateway.http.slow_bodies import slow_bodies
from ledgerboard_gateway.principals import Principal
from ledgerboard_gateway.serving.incoming import BrokenBodyError, IncomingBody, LateBodyError

REQUEST_ID: Final = "ledgerboard.request_id"
NOTES: Final = "ledgerboard.notes"
ADDRESS: Final = "ledgerboard.address"
"""Where the edge leaves the client's address."""

HEADERS: Final = "ledgerboard.headers"
"""Headers for the answer, which the edge adds."""

ROUTE: Final = "ledgerboard.route"
"""Where a layer before Flask says which route's answer it gave."""

QUERY: Final = "ledgerboard.query"
"""Where Flask leaves the query that it parsed, for layers before it."""

CALLER: Final = "ledgerboard.caller"
"""Where the guard leaves what tells the request's principal."""

TRUSTED: Final = "ledgerboard.trusted"
"""Where the guard leaves that a server or a manager asks, who may take their time."""

BODY: Final = "ledgerboard.body"
"""Where a body is kept that was read before its view asks for it."""

HELD: Final = "ledgerboard.held"
"""Where the guard leaves the principal whom the operation itself must hold to its boards."""

NO_ROUTE: Final = "none"
_API: Final = "v1"
_JSON: Final = "application/json"
_PLAIN: Final = "identity"
_REPLACEMENT: Final = "\ufffd"
_CHALLENGE: Final = 'Bearer realm="ledgerboard"'
_REFUSAL: Final = "This request carries no valid credential."


def route_of(environ: dict[str, Any]) -> str:
    """The pattern that the path matched. Flask lets go of it once the answer has begun."""
    known: str | None = environ.get(ROUTE)
    if known is not None:
        return known
    rule = getattr(environ.get("werkzeug.request"), "url_rule", None)
    return NO_ROUTE if rule is None else str(rule.rule)


def request_id() -> str:
    """The id of the current request, which goes with everything that it causes."""
    given: str = request.environ[REQUEST_ID]
    return given


def caller_or_none() -> Principal | None:
    """Whose request it is, or None without a valid credential. Raises `UnavailableError` where nobody can tell."""
    ask: Callable[[], Principal | None] | None = request.environ.get(CALLER)
    return None if ask is None else ask()


def caller() -> Principal:
    """Whose request it is. Raises the 401 problem, which does not tell what is wrong with a credential."""
    found = caller_or_none()
    if found is None:
        challenge = f'{_CHALLENGE}, error="invalid_token"' if request.headers.get("Authorization") else _CHALLENGE
        raise ProblemError(ProblemType.UNAUTHORIZED, _REFUSAL, headers={"WWW-Authenticate": challenge})
    return found


def caller_for(player: str) -> Principal:
    """Whose request it is, if they may act for a player. Raises the 401 or 403 problem."""
    found = caller()
    if not found.speaks_for(player):
        raise ProblemError(ProblemType.FORBIDDEN, "Nobody acts for another player.")
    return found


def caller_looking_after(player: str) -> Principal:
    """Whose request it is, if they may change a player's account and name. Raises the 401 or 403 problem."""
    found = caller()
    if not found.looks_after(player):
        raise ProblemError(ProblemType.FORBIDDEN, "Nobody acts for another player.")
    return found


def hold(board: str) -> None:
    """Raise the 403 problem where the caller is held to other boards than this."""
    held: Principal | None = request.environ.get(HELD)
    if held is not None and not held.covers(board):
        raise ProblemError(ProblemType.FORBIDDEN, "This key is held to other boards.")


def note(**facts: object) -> None:
    """Add ``facts`` to the current request's line in the access log."""
    notes: dict[str, object] = request.environ.setdefault(NOTES, {})
    notes.update(facts)


def add_headers(*headers: tuple[str, str]) -> None:
    """Let the answer have these headers, whatever it will be."""
    request.environ.setdefault(HEADERS, []).extend(headers)


def json_body() -> bytes:
    """The raw body. Raises the 415 problem where it is not declared as plain JSON, 413 where it is too large."""
    encoding = request.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in {"", _PLAIN}:
        detail = "Content-Encoding must be identity: bodies are taken as they are."
        raise ProblemError(ProblemType.UNSUPPORTED_MEDIA_TYPE, detail, headers={"Accept-Encoding": _PLAIN})
    if request.headers.get("Content-Type") != _JSON and request.mimetype != _JSON:
        raise ProblemError(ProblemType.UNSUPPORTED_MEDIA_TYPE, f"Content-Type must be {_JSON}.")
    return whole_body()


def whole_body() -> bytes:
    """The raw body, whatever it is. Raises the 413 problem."""
    known: bytes | None = request.environ.get(BODY)
    if known is not None:
        return known
    most_bytes = request.max_content_length or 0
    length_bytes = request.content_length
    if length_bytes is not None and length_bytes > most_bytes:
        raise too_large()
    wanted_bytes = most_bytes + 1 if length_bytes is None else length_bytes
    body = _within_time(request.environ["wsgi.input"], wanted_bytes) if wanted_bytes else b""
    if len(body) > most_bytes:
        raise too_large()
    return body


def _within_time(stream: Any, wanted_bytes: int) -> bytes:
    """The body, for which this thread only waits where it is a large one."""
    read = partial(_read, stream, wanted_bytes)
    try:
        if not isinstance(stream, IncomingBody) or stream.is_complete:
            return read()
        return slow_bodies().read(read, trusted=TRUSTED in request.environ)
    except LateBodyError:
        raise ProblemError(ProblemType.LATE_BODY, "The rest of the body did not come.") from None
    except BrokenBodyError:
        raise ProblemError(ProblemType.MALFORMED_BODY, "The body broke off.") from None


def _read(stream: Any, wanted_bytes: int) -> bytes:
    """So many bytes of the body, or all of it. Werkzeug would quietly cut a chunked body at the limit."""
    body = b""
    while len(body) < wanted_bytes and (chunk := stream.read(wanted_bytes - len(body))):
        body = body + chunk if body else chunk
    return body


def too_large() -> ProblemError:
    """The 413 problem, naming the limit."""
    return ProblemError(ProblemType.TOO_LARGE, f"The body must not exceed {request.max_content_length} bytes.")


def board_in_path(name: str, field: str = "board") -> str:
    """``name`` if it can name a board. Raises the 400 problem."""
    return name_in_path(check_board, name, field)


def leaderboard_in_path(name: str) -> str:
    """``name`` if it can name a board of the published routes, which match any path of one or two parts.

    Raises the 400 problem; 405 for the path of another route, and 404 for what is none below ``/v1``.
    """
    if name.lower() in RESERVED_BOARDS:
        rules = [rule for rule in current_app.url_map.iter_rules() if rule.rule == request.path]
        if rules:
            raise MethodNotAllowed(sorted({method for rule in rules for method in rule.methods or ()}))
        if name == _API:
            raise NotFound
    return board_in_path(name, "leaderboard")


def player_in_path(name: str, field: str = "player") -> str:
    """``name`` if it can name a player. Raises the 400 problem."""
    return name_in_path(check_player, name, field)


def event_in_path(event_id: str) -> UUID:
    """``event_id`` if it can be an event's. Raises the 400 problem."""
    try:
        known = UUID(event_id)
        event_time(known)
    except (ValueError, InvalidEventIdError) as error:
        raise invalid("event_id", "must be a UUIDv7 that this service gave out") from error
    return known


def uuid_in_path(text: str, field: str) -> UUID:
    """``text`` as a UUID. Raises the 400 problem."""
    try:
        return UUID(text)
    except ValueError as error:
        raise invalid(field, "must be a UUID") from error


def day_in_path(text: str, field: str) -> date:
    """The day that ``text`` tells. Raises the 400 problem."""
    try:
        return read_day(text)
    except InvalidMomentError as error:
        raise invalid(field, str(error)) from error


def name_in_path(check: Callable[[str], str], name: str, field: str) -> str:
    """``name`` if ``check`` takes it. Raises the 400 problem."""
    check_utf8(name, field)
    try:
        return check(name)
    except InvalidNameError as error:
        raise invalid(field, str(error)) from error


def check_utf8(text: str, field: str) -> None:
    """Raise the 400 problem where a path is not UTF-8.

    Werkzeug decodes a path with replacement characters, which would quietly make another name of a broken one.
    """
    if _REPLACEMENT not in text:
        return
    try:
        request.environ["PATH_INFO"].encode("latin-1").decode()
    except UnicodeError as error:
        raise invalid(field, "is not valid UTF-8") from error
