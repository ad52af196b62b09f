"""Query parameters of what operators ask."""

from marshmallow import fields, validate

from ledgerboard_contracts import check_board, check_player
from ledgerboard_contracts.queues import ALL_QUEUES
from ledgerboard_gateway.dead_letters import MOST_LETTERS
from ledgerboard_gateway.http.operator_bodies import MAX_LETTERS, MAX_REASON
from ledgerboard_gateway.http.query_fields import Digits, Query, limit
from ledgerboard_gateway.http.view_query import sound


def _board() -> fields.String:
    return fields.String(
        load_default=None,
        validate=sound(check_board),
        metadata={"description": "Only what concerns this board.", "example": "mario-kart"},
    )


class WhyQuery(Query):
    """Why, and by whom; a DELETE has no body that everybody would let through."""

    reason = fields.String(
        required=True,
        validate=validate.Length(1, MAX_REASON),
        metadata={"description": "Why it is done; kept for ever.", "example": "The event is over."},
    )
    author = fields.String(
        load_default=None,
        validate=sound(check_player),
        metadata={
            "description": "Who asks, if that is the holder of the root key; kept for ever.",
            "example": "ada",
        },
    )


class CorrectionsQuery(Query):
    """A page of corrections."""

    board = _board()
    player = fields.String(
        load_default=None,
        validate=sound(check_player),
        metadata={"description": "Only corrections of this player.", "example": "theburningmonk"},
    )
    before = fields.UUID(
        load_default=None,
        metadata={
            "description": "Only corrections older than this one.",
            "example": "019ab2f4-0c5e-7b3c-9d4e-2f6a8b1c3d5f",
        },
    )
    limit = limit()


class RebuildsQuery(Query):
    """Which generations."""

    board = _board()


class LettersQuery(Query):
    """Which dead letters."""

    queue = fields.String(
        load_default=None,
        validate=validate.OneOf([queue.name for queue in ALL_QUEUES]),
        metadata={"description": "Only those of this queue.", "example": "submissions"},
    )
    limit = Digits(
        load_default=MAX_LETTERS,
        validate=validate.Range(1, MOST_LETTERS),
        metadata={"description": "The most letters to look at in each queue.", "example": MAX_LETTERS},
    )
