"""The fields that query parameters are made of: stricter than marshmallow's own, and documented."""

import re
from typing import Any, Final

from marshmallow import RAISE, Schema, fields, validate

MAX_PAGE: Final = 100
DEFAULT_PAGE: Final = 20
MAX_RANK: Final = 10**9

_DIGITS: Final = re.compile(r"-?[0-9]+\Z")


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


class Query(Schema):
    """The parameters of a route of ours."""

    class Meta:
        """A misspelt parameter is told to the client, not ignored."""

        unknown = RAISE


def limit() -> fields.Integer:
    """How many rows a page has at most."""
    return Digits(
        load_default=DEFAULT_PAGE,
        validate=validate.Range(1, MAX_PAGE),
        metadata={"description": "The most rows to answer.", "example": DEFAULT_PAGE},
    )
