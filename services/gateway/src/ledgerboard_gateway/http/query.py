"""The query parameters of every route, as marshmallow schemas: what is parsed is what is documented."""

from typing import Any, Final

from marshmallow import EXCLUDE, RAISE, Schema, ValidationError, fields, validate

from ledgerboard_contracts import Period

MAX_PAGE: Final = 100
DEFAULT_PAGE: Final = 20
_MAX_RANK: Final = 10**9


_name_part: Final = validate.Regexp(r"[A-Za-z0-9._-]{0,64}\Z", error="Must consist of a board's name's characters.")


class _Digits(fields.Integer):
    """An integer in plain ASCII digits: Python's own would also take ``1_0``, a sign, spaces and Arabic numerals."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        text = str(value)
        if not (text.isascii() and text.isdigit()) and not (text.startswith("-") and text[1:].isdigit()):
            raise self.make_error("invalid", input=value)
        if len(text) > len(str(_MAX_RANK)) + 1:
            raise self.make_error("too_large", input=value)
        return super()._deserialize(value, attr, data, **kwargs)


class _Query(Schema):
    class Meta:
        """A misspelt parameter is told to the client, not ignored."""

        unknown = RAISE


def _limit() -> fields.Integer:
    return _Digits(
        load_default=DEFAULT_PAGE,
        validate=validate.Range(1, MAX_PAGE),
        metadata={"description": "The most rows to answer.", "example": DEFAULT_PAGE},
    )


class PeriodQuery(_Query):
    """Which view of a board."""

    period = fields.Enum(
        Period,
        by_value=True,
        load_default=Period.ALL,
        metadata={"description": "The stretch of time that is ranked, in UTC.", "example": "day"},
    )
    key = fields.String(
        load_default=None,
        metadata={
            "description": "Which month (2026-11), ISO week (2026-W47) or day (2026-11-21); else the current one.",
            "example": "2026-11-21",
        },
    )


class StandingsQuery(PeriodQuery):
    """A page of a view."""

    start = _Digits(
        load_default=0,
        validate=validate.Range(0, _MAX_RANK),
        metadata={"description": "The first rank, from 0.", "example": 0},
    )
    limit = _limit()


class PlaysQuery(_Query):
    """A page of a player's plays."""

    board = fields.String(
        load_default=None, metadata={"description": "Only plays on this board.", "example": "mario-kart"}
    )
    before = fields.UUID(
        load_default=None,
        metadata={
            "description": "Only plays older than this event.",
            "example": "019ab2f4-0c5e-7b3c-9d4e-2f6a8b1c3d5e",
        },
    )
    limit = _limit()


class BoardsQuery(_Query):
    """A page of the boards' names."""

    prefix = fields.String(
        load_default="",
        validate=_name_part,
        metadata={"description": "Only boards whose name begins so.", "example": "mario"},
    )
    after = fields.String(
        load_default=None,
        validate=_name_part,
        metadata={"description": "Only boards that follow this name.", "example": "mario-kart"},
    )
    limit = _limit()


class PublishedPageQuery(Schema):
    """A half-open range of ranks, as published: unknown parameters are ignored."""

    class Meta:
        """As in the published system."""

        unknown = EXCLUDE

    start = _Digits(
        data_key="startRank",
        load_default=0,
        validate=validate.Range(0, _MAX_RANK),
        metadata={"description": "The first rank, from 0.", "example": 0},
    )
    end = _Digits(
        data_key="endRank",
        load_default=None,
        validate=validate.Range(0, _MAX_RANK + MAX_PAGE),
        metadata={
            "description": f"The rank after the last one; startRank + {DEFAULT_PAGE} without it, "
            f"at most startRank + {MAX_PAGE}.",
            "example": 20,
        },
    )


def field_messages(error: ValidationError) -> list[tuple[str, str]]:
    """The fields that marshmallow refused, each with its rule. webargs puts them under the place it read."""
    messages: Any = error.messages
    return [
        ("body" if field == "_schema" else str(field), " ".join(_flat(rules)))
        for fields_of_place in messages.values()
        for field, rules in _items(fields_of_place)
    ]


def _items(messages: Any) -> list[tuple[str, Any]]:
    return list(messages.items()) if isinstance(messages, dict) else [("body", messages)]


def _flat(rules: Any) -> list[str]:
    if isinstance(rules, dict):
        return [text for nested in rules.values() for text in _flat(nested)]
    return [str(rule) for rule in rules] if isinstance(rules, list) else [str(rules)]
