"""The body of a board's definition, as a marshmallow schema. Every option has a default and may be left out."""

import unicodedata
from datetime import UTC
from typing import Any, Final

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from ledgerboard_contracts import (
    DEFAULT_OPTIONS,
    MAX_SCORE,
    BoardOptions,
    InvalidDefinitionError,
    Order,
    Policy,
    Season,
    TieBreak,
)
from ledgerboard_contracts.boards import MAX_DECIMALS, MAX_SEASONS, MAX_TIE_BREAKS
from ledgerboard_contracts.calendars import SEASON_KEY_PATTERN
from ledgerboard_gateway.http import rule_options as rules
from ledgerboard_gateway.http.query_fields import Moment, ShortList, Strict

MAX_TITLE: Final = 120
MAX_ATTRIBUTE: Final = 64


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


def _moment(meaning: str) -> Moment:
    return Moment(required=True, metadata={"description": f"{meaning} With its offset."})


class _Switch(fields.Boolean):
    """A truth value and nothing that merely looks like one: marshmallow's own also takes "yes", 1 and "off"."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **kwargs)


def _switch(*, default: bool, meaning: str) -> fields.Boolean:
    return _Switch(load_default=default, metadata={"description": meaning})


class TieBreakBody(Strict):
    """An attribute of every submission, an integer within +-2^53, that orders equal scores."""

    attribute = fields.String(
        required=True,
        validate=[validate.Length(1, MAX_ATTRIBUTE), _check_printable],
        metadata={"description": "The attribute's name."},
    )
    order = fields.Enum(
        Order,
        by_value=True,
        load_default=Order.DESC,
        metadata={"description": "Which values rank first: the greater (desc) or the smaller (asc) ones."},
    )

    @post_load
    def _make(self, data: dict[str, Any], **_: Any) -> TieBreak:
        return TieBreak(**data)


class SeasonBody(Strict):
    """A stretch of time of the operator's choice that is ranked for itself."""

    key = fields.String(
        required=True,
        validate=validate.Regexp(SEASON_KEY_PATTERN, error="1 to 32 letters, digits, '.', '_' or '-'."),
        metadata={"description": "Its name: 1 to 32 letters, digits, '.', '_' or '-'."},
    )
    start = _moment("Its first moment.")
    end = _moment("The first moment after it.")

    @validates_schema
    def _check_length(self, data: dict[str, Any], **_: Any) -> None:
        if data["start"] >= data["end"]:
            raise ValidationError("Must be after start.", "end")

    @post_load
    def _make(self, data: dict[str, Any], **_: Any) -> Season:
        return Season(key=data["key"], start=data["start"].astimezone(UTC), end=data["end"].astimezone(UTC))


class OptionsBody(Strict):
    """How a board ranks and what it accepts. What is left out takes its default, also on a board that exists."""

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
        metadata={
            "description": "What of a player's plays the board shows: the `best` or the `latest` one, the `total` of "
            "all of them, or all `plays`, each for itself."
        },
    )
    min_score = _bound(DEFAULT_OPTIONS.min_score, "The smallest score that is accepted.")
    max_score = _bound(DEFAULT_OPTIONS.max_score, "The greatest score that is accepted.")
    title = fields.String(
        load_default=DEFAULT_OPTIONS.title,
        validate=[validate.Length(max=MAX_TITLE), _check_printable],
        metadata={"description": "What to call the board in front of people."},
    )
    decimals = fields.Integer(
        strict=True,
        load_default=DEFAULT_OPTIONS.decimals,
        validate=validate.Range(0, MAX_DECIMALS),
        metadata={
            "description": "How many digits of a score are decimals. For those who show it: scores stay integers."
        },
    )
    ties = ShortList(
        fields.Nested(TieBreakBody),
        most=MAX_TIE_BREAKS,
        load_default=DEFAULT_OPTIONS.ties,
        metadata={"description": "What orders equal scores before time and player id do. Not with `total`."},
    )
    time_zone = fields.String(
        load_default=DEFAULT_OPTIONS.time_zone,
        validate=validate.Length(1, 64),
        metadata={"description": "The IANA time zone whose midnights bound days, weeks and months."},
    )
    seasons = ShortList(
        fields.Nested(SeasonBody),
        most=MAX_SEASONS,
        load_default=DEFAULT_OPTIONS.seasons,
        metadata={"description": "Stretches of time that are ranked besides. They may overlap."},
    )
    level_views = _switch(default=DEFAULT_OPTIONS.level_views, meaning="Rank each level for itself.")
    session_views = _switch(default=DEFAULT_OPTIONS.session_views, meaning="Rank each session for itself.")
    level_total_view = _switch(
        default=DEFAULT_OPTIONS.level_total_view, meaning="Rank the sums over the levels of each player's best there."
    )

    managed_sessions = _switch(
        default=DEFAULT_OPTIONS.managed_sessions,
        meaning="Take scores only in sessions that a manager opened, up to the moment at which each closed.",
    )
    submitters = rules.SUBMITTERS
    max_gain = rules.MAX_GAIN
    max_attempts = rules.MAX_ATTEMPTS
    on_suspicion = rules.ON_SUSPICION
    levels = rules.LEVELS

    @post_load
    def _make(self, data: dict[str, Any], **_: Any) -> BoardOptions:
        try:
            return BoardOptions(**data | {"ties": tuple(data["ties"]), "seasons": tuple(data["seasons"])})
        except InvalidDefinitionError as error:
            raise ValidationError(str(error), error.field) from error
