"""The bodies of what operators ask. Each says why; that and by whom is kept with what was done."""

import unicodedata
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from ledgerboard_contracts import InvalidNameError, check_board, check_player
from ledgerboard_contracts.scores import BoardName
from ledgerboard_gateway.corrections import Why
from ledgerboard_gateway.http.idempotency import current_claim
from ledgerboard_gateway.http.problems import invalid
from ledgerboard_gateway.http.requests import caller
from ledgerboard_gateway.http.second_look import decoded
from ledgerboard_gateway.principals import ROOT

MAX_LETTERS: Final = 100
"""Dead letters that one request may name."""

MAX_BOARDS: Final = 100
"""Boards that one request may have rebuilt."""

MAX_REASON: Final = 500
_REFUSED: Final = frozenset({"Cc", "Cs"})

Reason = Annotated[str, Meta(min_length=1, max_length=MAX_REASON, description="Why it is done; kept for ever.")]
Author = Annotated[
    str, Meta(min_length=1, max_length=64, description="Who asks, if that is a holder of the root key; kept for ever.")
]


class WhyBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why, and, from the holder of the root key, by whom."""

    reason: Reason
    author: Author | None = None


class BanBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why, by whom, and on which board; without one it is everywhere."""

    reason: Reason
    author: Author | None = None
    board: BoardName | None = None


class RebuildsBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why, by whom, and which boards: the first ``limit`` whose name follows ``after``."""

    reason: Reason
    author: Author | None = None
    after: BoardName | None = None
    limit: Annotated[int, Meta(ge=1, le=MAX_BOARDS)] = MAX_BOARDS


class ReconciliationBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The board that is to be compared; without one all are."""

    board: BoardName | None = None


class LettersBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The dead letters that are meant, as the list tells their ids."""

    message_ids: Annotated[
        list[Annotated[str, Meta(min_length=1, max_length=100)]], Meta(min_length=1, max_length=MAX_LETTERS)
    ]


_why: Final = msgspec.json.Decoder(WhyBody)
_ban: Final = msgspec.json.Decoder(BanBody)
_rebuilds: Final = msgspec.json.Decoder(RebuildsBody)
_reconciliation: Final = msgspec.json.Decoder(ReconciliationBody)
_letters: Final = msgspec.json.Decoder(LettersBody)


def decode_why(body: bytes) -> Why:
    """The reason and the author in ``body``. Raises `ProblemError` naming the field at fault, as all here do."""
    read = decoded(_why, body)
    return why(read.reason, read.author)


def decode_ban(body: bytes) -> tuple[Why, str | None]:
    """The same, and the board if there is one."""
    read = decoded(_ban, body)
    return why(read.reason, read.author), None if read.board is None else _board("board", read.board)


def decode_rebuilds(body: bytes) -> tuple[Why, str | None, int]:
    """The same, and which boards: the name that they follow, and how many."""
    read = decoded(_rebuilds, body)
    return why(read.reason, read.author), None if read.after is None else _board("after", read.after), read.limit


def decode_reconciliation(body: bytes) -> str | None:
    """The board in ``body``, or None for all."""
    board = decoded(_reconciliation, body).board
    return None if board is None else _board("board", board)


def decode_letters(body: bytes) -> list[str]:
    """The ids in ``body``, each once."""
    return list(dict.fromkeys(decoded(_letters, body).message_ids))


def why(reason: str, author: str | None) -> Why:
    """Both, if the ledger can keep them and a log line can show them.

    The root key may be held by several people, so its holder says who it is; of anybody else it is known.
    """
    if not reason.strip() or any(unicodedata.category(character) in _REFUSED for character in reason):
        raise invalid("reason", "must be words without control characters")
    principal, claim = caller(), current_claim()
    if author is None or principal.subject != ROOT:
        return Why(reason, principal.author, claim)
    try:
        check_player(author)
    except InvalidNameError as error:
        raise invalid("author", str(error).replace("a player's id", "an author's name")) from error
    return Why(reason, author, claim)


def _board(field: str, name: str) -> str:
    try:
        return check_board(name)
    except InvalidNameError as error:
        raise invalid(field, str(error)) from error
