"""The gateway's interface for those who define boards."""

from http import HTTPStatus
from typing import Final

import msgspec

from ledgerboard_cli.transport import Transport, decode, path, problem, refusal
from ledgerboard_contracts import BoardDefinition, BoardOptions

_UNKNOWN_BOARD: Final = "/docs/problems/unknown-board"
_DEFINED: Final = {HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.ACCEPTED}


class _Named(msgspec.Struct, frozen=True):
    """What is read of a definition beside its options."""

    board: str
    version: int


class HttpGateway:
    """The definitions of boards, over HTTP."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def current(self, board: str) -> BoardDefinition | None:
        """The board's current definition, or None where there is no such board. Raises `GatewayError`."""
        status, body = self._transport.ask("GET", path("v1", "boards", board))
        if status == HTTPStatus.NOT_FOUND and problem(status, body).type.endswith(_UNKNOWN_BOARD):
            return None
        return _definition(status, body)

    def define(self, board: str, options: BoardOptions) -> BoardDefinition:
        """Give the board these options. Returns the version that carries them. Raises `GatewayError`.

        Defaults are left out, so that a gateway which does not know an option yet can do without it.
        """
        defaults = msgspec.to_builtins(BoardOptions())
        body = {name: value for name, value in msgspec.to_builtins(options).items() if value != defaults[name]}
        return _definition(*self._transport.ask("PUT", path("v1", "boards", board), body))


def _definition(status: int, body: bytes) -> BoardDefinition:
    """The definition in an answer. Options that this gateway does not tell have their defaults."""
    if status not in _DEFINED:
        raise refusal(status, body)
    named, options = decode(body, _Named), decode(body, BoardOptions)
    return BoardDefinition(board=named.board, version=named.version, options=options)
