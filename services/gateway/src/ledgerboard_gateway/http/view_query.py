"""Query parameters of the live boards: which view, how equals share ranks, which page."""

from collections.abc import Callable
from typing import Any, Final

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from ledgerboard_boards.reading import MAX_DISTINCT_SCORES
from ledgerboard_contracts import (
    ALL_LEVELS,
    WHOLE_BOARD,
    InvalidNameError,
    Period,
    Ranking,
    Scope,
    check_level,
    check_session,
    level_scope,
    session_scope,
)
from ledgerboard_gateway.http.query_fields import MAX_RANK, Digits, Query, limit
from ledgerboard_gateway.views import Wanted

MAX_SUM_DIGITS: Final = 24
"""Of the scores that may be asked for: sums exceed single scores, and nobody's sum comes near this."""

_SCOPES: Final = ("level", "session", "levels")


class ScoreDigits(Digits):
    """A score or a sum of scores."""

    most_digits = MAX_SUM_DIGITS


def sound(check: Callable[[str], str]) -> Callable[[str], None]:
    """The rule of a name, as a validator."""

    def validator(name: str) -> None:
        try:
            check(name)
        except InvalidNameError as error:
            raise ValidationError(str(error)) from error

    return validator


class ViewQuery(Query):
    """Which view of a board. The view gets it as ``wanted``."""

    period = fields.Enum(
        Period,
        by_value=True,
        load_default=Period.ALL,
        metadata={"description": "The stretch of time that is ranked, in the board's time zone.", "example": "day"},
    )
    key = fields.String(
        load_default=None,
        metadata={
            "description": "Which month (2026-11), ISO week (2026-W47), day (2026-11-21) or season (its key); else the "
            "current one.",
            "example": "2026-11-21",
        },
    )
    level = fields.String(
        load_default=None,
        validate=sound(check_level),
        metadata={"description": "Rank only the plays on this level.", "example": "rainbow-road"},
    )
    session = fields.String(
        load_default=None,
        validate=sound(check_session),
        metadata={"description": "Rank only the plays in this session, over all of its time.", "example": "final-7"},
    )
    levels = fields.String(
        load_default=None,
        validate=validate.OneOf(["total"]),
        metadata={"description": "`total`: rank the sums over all levels of each player's best.", "example": "total"},
    )

    @validates_schema
    def _check_one_scope(self, data: dict[str, Any], **_: Any) -> None:
        given = [name for name in _SCOPES if data.get(name) is not None]
        if len(given) > 1:
            raise ValidationError(f"Cannot be combined with {given[0]}.", given[1])
        if given == ["session"] and data["period"] is not Period.ALL:
            raise ValidationError("A session is ranked over all of its time only.", "period")

    @post_load
    def _add_wanted(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return data | {"wanted": Wanted(period=data["period"], key=data["key"], scope=_scope(data))}


class RankingQuery(ViewQuery):
    """Which view, and how its ranks are told."""

    ranking = fields.Enum(
        Ranking,
        by_value=True,
        load_default=Ranking.ORDINAL,
        metadata={
            "description": "Whether equal scores share a rank. `ordinal`: never (1, 2, 3, 4); `competition`: one more "
            "than the entries with a better score (1, 2, 2, 4); `dense`: one more than the distinct better scores "
            f"(1, 2, 2, 3), of which one read counts at most {MAX_DISTINCT_SCORES:,} on all of its boards together. "
            "Rows stand in the ordinal order in any case.",
            "example": "competition",
        },
    )


class StandingsQuery(RankingQuery):
    """A page of a view."""

    start = Digits(
        load_default=0,
        validate=validate.Range(0, MAX_RANK),
        metadata={"description": "The place of the first row, from 0.", "example": 0},
    )
    limit = limit()


class LastQuery(RankingQuery):
    """The last places of a view."""

    limit = limit()


def _bound(which: str, example: int) -> fields.Integer:
    return ScoreDigits(
        load_default=None, metadata={"description": f"The {which} score, inclusive; else any.", "example": example}
    )


class ByScoreQuery(RankingQuery):
    """The places of a view within a range of scores."""

    min_score = _bound("least", 10)
    max_score = _bound("greatest", 100)
    offset = Digits(
        load_default=0,
        validate=validate.Range(0, MAX_RANK),
        metadata={"description": "How many rows of the range to leave out, best first.", "example": 0},
    )
    limit = limit()

    @validates_schema
    def _check_bounds(self, data: dict[str, Any], **_: Any) -> None:
        if None not in (data["min_score"], data["max_score"]) and data["min_score"] > data["max_score"]:
            raise ValidationError("Must not be above max_score.", "min_score")


def _scope(data: dict[str, Any]) -> Scope:
    if data["level"] is not None:
        return level_scope(data["level"])
    if data["session"] is not None:
        return session_scope(data["session"])
    return WHOLE_BOARD if data["levels"] is None else ALL_LEVELS
