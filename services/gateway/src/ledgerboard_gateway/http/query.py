"""Query parameters as marshmallow schemas: what is parsed is what is documented.

Those of the live boards stand in `view_query`, those of the ledger in `history_query`.
"""

from collections.abc import Iterator
from typing import Any, Final

from marshmallow import EXCLUDE, ValidationError, fields, validate

from ledgerboard_gateway.http.query_fields import DEFAULT_PAGE, MAX_PAGE, MAX_RANK, Digits, Query, limit

_WHOLE: Final = {"json": "body"}
_name_part: Final = validate.Regexp(r"[A-Za-z0-9._-]{0,64}\Z", error="Must consist of a board's name's characters.")


class BoardsQuery(Query):
    """A page of the boards' names."""

    prefix = fields.String(
        load_default="",
        validate=_name_part,
        metadata={"description": "Only boards whose name begins so.", "example": "mario"},
    )
    contains = fields.String(
        load_default="",
        validate=_name_part,
        metadata={"description": "Only boards whose name holds this, in whatever case.", "example": "kart"},
    )
    after = fields.String(
        load_default=None,
        validate=_name_part,
        metadata={"description": "Only boards that follow this name.", "example": "mario-kart"},
    )
    limit = limit()


class PublishedPageQuery(Query):
    """A half-open range of ranks, as published: unknown parameters are ignored."""

    class Meta:
        """As in the published system."""

        unknown = EXCLUDE

    start = Digits(
        data_key="startRank",
        load_default=0,
        validate=validate.Range(0, MAX_RANK),
        metadata={"description": "The first rank, from 0.", "example": 0},
    )
    end = Digits(
        data_key="endRank",
        load_default=None,
        validate=validate.Range(0, MAX_RANK + MAX_PAGE),
        metadata={
            "description": f"The rank after the last one; startRank + {DEFAULT_PAGE} without it, "
            f"at most startRank + {MAX_PAGE}.",
            "example": 20,
        },
    )


def field_messages(error: ValidationError) -> list[tuple[str, str]]:
    """The fields that marshmallow refused, such as ``ties[2].attribute``, each with its rule.

    webargs puts them under the place that it read: ``query`` or ``json``.
    """
    messages: Any = error.messages
    return [
        (path or _WHOLE.get(place, place), " ".join(rules))
        for place, of_place in messages.items()
        for path, rules in _rules_of("", of_place)
    ]


def _rules_of(path: str, messages: Any) -> Iterator[tuple[str, list[str]]]:
    if not isinstance(messages, dict):
        yield path, [str(rule) for rule in (messages if isinstance(messages, list) else [messages])]
        return
    for step, nested in messages.items():
        yield from _rules_of(_step(path, step), nested)


def _step(path: str, step: str | int) -> str:
    if step == "_schema":
        return path
    return f"{path}[{step}]" if isinstance(step, int) else f"{path}.{step}".lstrip(".")
