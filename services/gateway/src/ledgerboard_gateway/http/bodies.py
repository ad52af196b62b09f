"""The bodies of submissions: their shape, and decoding them fast.

The structs below are the only description of these bodies: requests are decoded by them, and their JSON Schema goes
into the OpenAPI document. What a type cannot say (a control character in a name, the size of the attributes) is checked
after that.
"""

from collections.abc import Callable
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from ledgerboard_contracts import (
    MAX_ATTRIBUTES_BYTES,
    InvalidAttributesError,
    InvalidNameError,
    check_attributes,
    check_board,
    check_level,
    check_player,
    check_session,
    wire,
)
from ledgerboard_contracts.scores import BoardName, LevelName, PlayerId, Score, SessionName
from ledgerboard_gateway.http.place_query import MAX_LIST
from ledgerboard_gateway.http.problems import ProblemError, invalid
from ledgerboard_gateway.http.second_look import decoded
from ledgerboard_gateway.submit import Ask

MAX_BULK: Final = 1000
MAX_ATTRIBUTES_DEPTH: Final = 16

Attributes = Annotated[
    dict[str, Any],
    Meta(
        description=f"Whatever belongs to the play: at most {MAX_ATTRIBUTES_BYTES} bytes as compact JSON, at most "
        f"{MAX_ATTRIBUTES_DEPTH} levels deep, no NUL characters. Kept in the ledger. Only what the board's `ties` "
        "name orders equal scores; it must then be an integer within +-2^53."
    ),
]


class ScoreBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A score for the board that the path names."""

    player: PlayerId
    score: Score
    level: LevelName | None = None
    attributes: Attributes | None = None
    session: SessionName | None = None


class BulkScore(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A score in a bulk request."""

    board: BoardName
    player: PlayerId
    score: Score
    level: LevelName | None = None
    attributes: Attributes | None = None
    session: SessionName | None = None


class PublishedScoreBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A score for the board and the player that the path names."""

    score: Score


class BulkBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Scores of any boards and players. Each stands for itself: one that is refused never harms the others."""

    scores: Annotated[list[BulkScore], Meta(min_length=1, max_length=MAX_BULK)]


class LookupBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The players whose standings are asked for together."""

    players: Annotated[list[PlayerId], Meta(min_length=1, max_length=MAX_LIST)]


class _LooseBulk(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A bulk body whose items are still to be judged one by one."""

    scores: Annotated[list[msgspec.Raw], Meta(min_length=1, max_length=MAX_BULK)]


_score: Final = msgspec.json.Decoder(ScoreBody)
_bulk_score: Final = msgspec.json.Decoder(BulkScore)
_published: Final = msgspec.json.Decoder(PublishedScoreBody)
_lookup: Final = msgspec.json.Decoder(LookupBody)
_loose: Final = msgspec.json.Decoder(_LooseBulk)


def decode_score(body: bytes, board: str) -> Ask:
    """The score in ``body`` for ``board``. Raises `ProblemError` naming the field at fault."""
    read = decoded(_score, body)
    return _checked(Ask(board, read.player, read.score, read.level, read.attributes, read.session))


def decode_published(body: bytes, board: str, player: str) -> Ask:
    """The score in ``body`` for ``board`` and ``player``, both of which the path has given and the caller checked."""
    return Ask(board, player, decoded(_published, body).score)


def decode_bulk(body: bytes) -> list[Ask | ProblemError]:
    """Each item as it can be accepted, or as the problem that refuses it. Raises `ProblemError` for the whole body."""
    return [_decode_item(raw) for raw in decoded(_loose, body).scores]


def decode_lookup(body: bytes) -> list[str]:
    """The players in ``body``. Raises `ProblemError` naming the one at fault."""
    players = decoded(_lookup, body).players
    for index, player in enumerate(players):
        _check_name(f"players[{index}]", check_player, player)
    return players


def _decode_item(raw: msgspec.Raw) -> Ask | ProblemError:
    try:
        read = decoded(_bulk_score, raw)
        _check_name("board", check_board, read.board)
        return _checked(Ask(read.board, read.player, read.score, read.level, read.attributes, read.session))
    except ProblemError as problem:
        return problem


def _checked(ask: Ask) -> Ask:
    _check_name("player", check_player, ask.player)
    if ask.level is not None:
        _check_name("level", check_level, ask.level)
    if ask.session is not None:
        _check_name("session", check_session, ask.session)
    if ask.attributes is not None:
        _check_attributes(ask.attributes)
    return ask


def _check_name(field: str, check: Callable[[str], str], name: str) -> None:
    try:
        check(name)
    except InvalidNameError as error:
        raise invalid(field, str(error)) from error


def _check_attributes(attributes: dict[str, Any]) -> None:
    size_bytes = len(wire.encode(attributes).encode())
    if size_bytes > MAX_ATTRIBUTES_BYTES:
        raise invalid("attributes", f"at most {MAX_ATTRIBUTES_BYTES} bytes as compact JSON, not {size_bytes}")
    _check_depth(attributes)
    try:
        check_attributes(attributes)
    except InvalidAttributesError as error:
        raise invalid("attributes", str(error)) from error


def _check_depth(attributes: dict[str, Any]) -> None:
    """Every consumer decodes by recursion, so what this process could just read might end another."""
    level: list[Any] = [attributes]
    for _ in range(MAX_ATTRIBUTES_DEPTH):
        level = [child for parent in level for child in (parent.values() if isinstance(parent, dict) else parent)]
        level = [child for child in level if isinstance(child, dict | list)]
        if not level:
            return
    raise invalid("attributes", f"at most {MAX_ATTRIBUTES_DEPTH} levels deep")
