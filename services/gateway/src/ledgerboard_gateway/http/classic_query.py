"""Query parameters of the classic routes."""

from marshmallow import fields, validate

from ledgerboard_contracts import Period
from ledgerboard_gateway.http.query_fields import MAX_PAGE, Digits, Query, limit

_SHORT = 10
_TOP = 5


class UserQuery(Query):
    """How many of a user's best games."""

    limit = Digits(
        load_default=_SHORT,
        validate=validate.Range(1, MAX_PAGE),
        metadata={"description": "The most rows to answer.", "example": _SHORT},
    )


class UserLevelQuery(Query):
    """A page of a user's games on a level."""

    before = fields.UUID(
        load_default=None,
        metadata={"description": "Only games older than this one.", "example": "019ab2f4-0c5e-7b3c-9d4e-2f6a8b1c3d5e"},
    )
    limit = limit()


class TopQuery(Query):
    """How many places of each ranking."""

    limit = Digits(
        load_default=_TOP,
        validate=validate.Range(1, MAX_PAGE),
        metadata={"description": "The most rows of each ranking.", "example": _TOP},
    )


class LevelQuery(Query):
    """Which ranking of a level."""

    period = fields.Enum(
        Period,
        by_value=True,
        load_default=Period.ALL,
        validate=validate.OneOf([Period.ALL, Period.MONTH, Period.DAY], error="Must be one of: all, month, day."),
        metadata={
            "description": "`all`, or the current `month` or `day` unless `key` names another.",
            "example": "day",
        },
    )
    key = fields.String(
        load_default=None,
        metadata={"description": "Which month (2026-11) or day (2026-11-21).", "example": "2026-11-21"},
    )
    limit = limit()
