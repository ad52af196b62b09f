"""The part of a board's definition that is about what players may do, as marshmallow fields."""

from typing import Any, Final

from marshmallow import ValidationError, fields, post_load, validate

from ledgerboard_contracts import DEFAULT_OPTIONS, AttemptPeriod, MaxAttempts, MaxGain, OnSuspicion, Submitters
from ledgerboard_contracts.boards import MAX_DECLARED_LEVELS, MAX_LEVELS
from ledgerboard_contracts.names import MAX_LEVEL_LENGTH
from ledgerboard_contracts.rules import MAX_GAIN_SCORE, MAX_GAIN_SECONDS, MAX_PLAYS
from ledgerboard_gateway.http.query_fields import Strict


def _count(least: int, most: int, meaning: str) -> fields.Integer:
    return fields.Integer(
        strict=True, required=True, validate=validate.Range(least, most), metadata={"description": meaning}
    )


class MaxGainBody(Strict):
    """How much better a play may be than one of the same player on the same level shortly before it."""

    score = _count(0, MAX_GAIN_SCORE, "The greatest difference that is not suspect.")
    seconds = _count(1, MAX_GAIN_SECONDS, "How long before it the plays were accepted that it is compared with.")

    @post_load
    def _make(self, data: dict[str, Any], **_: Any) -> MaxGain:
        return MaxGain(**data)


class MaxAttemptsBody(Strict):
    """How often a player may play."""

    plays = _count(1, MAX_PLAYS, "Plays of a period that are not suspect.")
    period = fields.Enum(
        AttemptPeriod,
        by_value=True,
        required=True,
        metadata={"description": "Hour, day or week, by the board's time zone and by when plays were accepted."},
    )

    @post_load
    def _make(self, data: dict[str, Any], **_: Any) -> MaxAttempts:
        return MaxAttempts(**data)


class _Levels(fields.Field[Any]):
    """How many levels, or which: a whole number or a list of names. What is wrong with one, `BoardOptions` says."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int | tuple[str, ...]:  # noqa: ARG002 -- the base class's signature.
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if isinstance(value, list) and all(isinstance(each, str) for each in value):
            return tuple(value)
        raise ValidationError("Must be a whole number or a list of names.")


LEVELS: Final = _Levels(
    load_default=DEFAULT_OPTIONS.levels,
    metadata={
        "description": "The levels that players' scores may name: a list of their names, or how many, whichever "
        "players name first. A server's scores name any.",
        "oneOf": [
            {"type": "integer", "minimum": 0, "maximum": MAX_LEVELS},
            {
                "type": "array",
                "items": {"type": "string", "minLength": 1, "maxLength": MAX_LEVEL_LENGTH},
                "maxItems": MAX_DECLARED_LEVELS,
                "uniqueItems": True,
            },
        ],
    },
)
SUBMITTERS: Final = fields.Enum(
    Submitters,
    by_value=True,
    load_default=DEFAULT_OPTIONS.submitters,
    metadata={"description": "Who submits: `anyone`, or `servers` only (server keys and managers)."},
)
MAX_GAIN: Final = fields.Nested(
    MaxGainBody,
    load_default=DEFAULT_OPTIONS.max_gain,
    allow_none=True,
    metadata={"description": "Suspect plays that are better by more than this than one shortly before."},
)
MAX_ATTEMPTS: Final = fields.Nested(
    MaxAttemptsBody,
    load_default=DEFAULT_OPTIONS.max_attempts,
    allow_none=True,
    metadata={"description": "Suspect plays beyond so many of a period."},
)
ON_SUSPICION: Final = fields.Enum(
    OnSuspicion,
    by_value=True,
    load_default=DEFAULT_OPTIONS.on_suspicion,
    metadata={
        "description": "What becomes of a suspect play: `review`, it counts until a manager refuses it; `refuse`, it "
        "is voided at once. `GET /v1/reviews` tells of either."
    },
)
