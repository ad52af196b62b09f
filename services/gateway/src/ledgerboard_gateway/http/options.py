"""The body of a board's definition, as a marshmallow schema. Every option has a default and may be left out."""

import unicodedata
from typing import Final

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from ledgerboard_contracts import DEFAULT_OPTIONS, MAX_SCORE, Order, Policy

MAX_TITLE: Final = 120


def _check_printable(text: str) -> None:
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in text):
        raise ValidationError("Must not contain control characters.")


def _bound(default: int, meaning: str) -> fields.Integer:
    return fields.Integer(
        strict=True,
        load_default=default,
        validate=validate.Range(-MAX_SCORE, MAX_SCORE),
        metadata={"description": meaning},
    )


class OptionsBody(Schema):
    """How a board ranks and what it accepts. What is left out takes its default, also on a board that exists."""

    class Meta:
        """An unknown option is told to the client, not ignored."""

        unknown = RAISE

    order = fields.Enum(
        Order,
        by_value=True,
        load_default=DEFAULT_OPTIONS.order,
        metadata={"description": "Which scores rank first: the greater (desc) or the smaller (asc) ones."},
    )
    policy = fields.Enum(
        Policy,
        by_value=True,
        load_default=DEFAULT_OPTIONS.policy,
        metadata={"description": "Which of a player's plays the board shows."},
    )
    min_score = _bound(DEFAULT_OPTIONS.min_score, "The smallest score that is accepted.")
    max_score = _bound(DEFAULT_OPTIONS.max_score, "The greatest score that is accepted.")
    title = fields.String(
        load_default=DEFAULT_OPTIONS.title,
        validate=[validate.Length(max=MAX_TITLE), _check_printable],
        metadata={"description": "What to call the board in front of people."},
    )
