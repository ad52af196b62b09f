"""The fields that query parameters and parsed bodies are made of: stricter than marshmallow's own, and documented.

What is too much is refused before it is looked at one by one: a refusal that lists thousands of faults costs more than
what was asked for.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from marshmallow import RAISE, Schema, ValidationError, fields, pre_load, validate
from webargs.fields import DelimitedList

from ledgerboard_contracts import InvalidMomentError, read_day, read_moment

MAX_PAGE: Final = 100
DEFAULT_PAGE: Final = 20
MAX_RANK: Final = 10**9
MAX_UNKNOWN: Final = 10
"""Fields that a refusal lists as unknown. Of more it tells the number."""

MAX_PARAMETERS: Final = 200
"""Parameters that a query may have: a list of players has a hundred."""

_DIGITS: Final = re.compile(r"-?[0-9]+\Z")
_CONTROL: Final = re.compile("[\0-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""What no name, no reason and no key may hold: a log line would break at it, and PostgreSQL takes no NUL."""


class Strict(Schema):
    """What a client gives by name. A field that is misspelt is told to the client, not ignored."""

    class Meta:
        """Unknown fields are errors."""

        unknown = RAISE

    @pre_load
    def _count(self, data: Any, **_: Any) -> Any:
        if isinstance(data, Mapping):
            known = {field.data_key or name for name, field in self.fields.items()}
            unknown = sum(name not in known for name in data)
            if self.unknown == RAISE and unknown > MAX_UNKNOWN:
                raise ValidationError(f"Has {unknown} unknown fields.")
        return data


class Query(Strict):
    """The parameters of a route of ours."""


class Digits(fields.Integer):
    """An integer in plain ASCII digits: Python's own would also take ``1_0``, a sign, spaces and Arabic numerals."""

    most_digits = len(str(MAX_RANK))

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        text = str(value)
        if not _DIGITS.match(text):
            raise self.make_error("invalid", input=value)
        if len(text.removeprefix("-")) > self.most_digits:
            raise self.make_error("too_large", input=value)
        return super()._deserialize(value, attr, data, **kwargs)


class Moment(fields.AwareDateTime):
    """A moment as RFC 3339 writes it, and no other form of ISO 8601. It tells its own offset."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:  # noqa: ARG002 -- as the base has it.
        try:
            return read_moment(_text(value))
        except InvalidMomentError as error:
            raise ValidationError(str(error)) from error


class Day(fields.Date):
    """A day as RFC 3339 writes it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:  # noqa: ARG002 -- as the base has it.
        try:
            return read_day(_text(value))
        except InvalidMomentError as error:
            raise ValidationError(str(error)) from error


class ShortList(fields.List[Any]):
    """A list whose length is looked at before its items are."""

    def __init__(self, item: Any, *, least: int = 0, most: int, **kwargs: Any) -> None:
        super().__init__(item, validate=validate.Length(least or None, most), **kwargs)
        self._most = most

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        if isinstance(value, list | tuple) and len(value) > self._most:
            raise ValidationError(f"Longer than maximum length {self._most}.")
        return super()._deserialize(value, attr, data, **kwargs)


class CommaList(DelimitedList):
    """A list in one text, with commas between, whose length is looked at before its items are."""

    def __init__(self, item: Any, *, least: int = 0, most: int, **kwargs: Any) -> None:
        super().__init__(item, validate=validate.Length(least or None, most), **kwargs)
        self._most = most

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        if isinstance(value, str) and value.count(self.delimiter) >= self._most:
            raise ValidationError(f"Longer than maximum length {self._most}.")
        items: list[Any] = super()._deserialize(value, attr, data, **kwargs)  # type: ignore[no-untyped-call]
        return items


def is_printable(text: str) -> bool:
    """Whether a text holds no control character, line separator or surrogate."""
    return _CONTROL.search(text) is None


def limit() -> fields.Integer:
    """How many rows a page has at most."""
    return Digits(
        load_default=DEFAULT_PAGE,
        validate=validate.Range(1, MAX_PAGE),
        metadata={"description": "The most rows to answer.", "example": DEFAULT_PAGE},
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise InvalidMomentError("Must be a text.")
    return value
