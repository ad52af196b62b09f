"""The gateway's interface for those who define boards.

No request is sent twice: a definition is safe to repeat, and it is the operator who repeats it.
"""

import http.client
import ssl
from contextlib import closing
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote, urlsplit

import msgspec

from ledgerboard_contracts import BoardDefinition, BoardOptions

_UNKNOWN_BOARD: Final = "/docs/problems/unknown-board"
_Answer = tuple[int, bytes]


class GatewayError(Exception):
    """The gateway could not be reached, refused, or is none. The message is fit for the operator."""


class _Problem(msgspec.Struct, frozen=True):
    """What is read of a problem document (RFC 9457)."""

    type: str
    title: str
    detail: str = ""


class _Named(msgspec.Struct, frozen=True):
    """What is read of a definition beside its options."""

    board: str
    version: int


class HttpGateway:
    """The definitions of boards, over HTTP. ``url`` may have a path, behind which the routes are then found."""

    def __init__(self, url: str, key: str, timeout_seconds: float) -> None:
        self._url = urlsplit(url)
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        self._timeout_seconds = timeout_seconds

    def current(self, board: str) -> BoardDefinition | None:
        """The board's current definition, or None where there is no such board. Raises `GatewayError`."""
        status, body = self._ask("GET", board, None)
        if status == HTTPStatus.NOT_FOUND and _problem(status, body).type.endswith(_UNKNOWN_BOARD):
            return None
        return _definition(status, body)

    def define(self, board: str, options: BoardOptions) -> BoardDefinition:
        """Give the board these options. Returns the version that carries them. Raises `GatewayError`.

        Defaults are left out, so that a gateway which does not know an option yet can do without it.
        """
        defaults = msgspec.to_builtins(BoardOptions())
        body = {name: value for name, value in msgspec.to_builtins(options).items() if value != defaults[name]}
        return _definition(*self._ask("PUT", board, msgspec.json.encode(body)))

    def _ask(self, method: str, board: str, body: bytes | None) -> _Answer:
        path = f"{self._url.path.rstrip('/')}/v1/boards/{quote(board, safe='')}"
        try:
            with closing(self._connect()) as connection:
                connection.request(method, path, body, self._headers)
                answer = connection.getresponse()
                return answer.status, answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise GatewayError(f"{self._url.geturl()} does not answer: {error}") from error

    def _connect(self) -> http.client.HTTPConnection:
        if self._url.scheme == "https":
            trust = ssl.create_default_context()
            return http.client.HTTPSConnection(self._url.netloc, timeout=self._timeout_seconds, context=trust)
        return http.client.HTTPConnection(self._url.netloc, timeout=self._timeout_seconds)


def _definition(status: int, body: bytes) -> BoardDefinition:
    """The definition in an answer. Options that this gateway does not tell have their defaults."""
    if status not in {HTTPStatus.OK, HTTPStatus.CREATED}:
        problem = _problem(status, body)
        raise GatewayError(f"refused ({status}, {problem.title}): {problem.detail}")
    named, options = _decode(body, _Named), _decode(body, BoardOptions)
    return BoardDefinition(board=named.board, version=named.version, options=options)


def _problem(status: int, body: bytes) -> _Problem:
    try:
        return msgspec.json.decode(body, type=_Problem)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise GatewayError(f"answered {status} without a reason: is this the gateway's address?") from error


def _decode(body: bytes, kind: Any) -> Any:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise GatewayError(f"told a definition that cannot be understood ({error}): is it newer?") from error
