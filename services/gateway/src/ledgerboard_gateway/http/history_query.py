"""The query parameters of reads of the ledger. What depends on today is left to the routes: queries are read once."""

import re
from typing import Any, Final
from uuid import UUID

from marshmallow import ValidationError, fields, validates_schema

from ledgerboard_contracts import MAX_SCORE, check_board, check_level
from ledgerboard_gateway.http.query_fields import Day, Moment, Query, limit
from ledgerboard_gateway.http.view_query import sound

_EVENT: Final = "019ab2f4-0c5e-7b3c-9d4e-2f6a8b1c3d5e"
_KEY: Final = re.compile(r"(-?[0-9]{1,16})_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\Z")


class PlayKey(fields.String):
    """Where a play stands among a player's best: its score and its event."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:  # noqa: ARG002 -- as the base has it.
        read = _KEY.match(value) if isinstance(value, str) else None
        if read is None or abs(int(read[1])) > MAX_SCORE:
            raise ValidationError("Must be a score and an event id, joined by _.")
        return int(read[1]), UUID(read[2])


class PlaysQuery(Query):
    """A page of a player's plays."""

    board = fields.String(
        load_default=None,
        validate=sound(check_board),
        metadata={"description": "Only plays on this board.", "example": "mario-kart"},
    )
    level = fields.String(
        load_default=None,
        validate=sound(check_level),
        metadata={"description": "Only plays on this level; `board` says of which board.", "example": "rainbow-road"},
    )
    since = Moment(
        load_default=None,
        metadata={
            "description": "Only plays accepted at this time or later. Counts to the millisecond.",
            "example": "2026-11-01T00:00:00Z",
        },
    )
    until = Moment(
        load_default=None,
        metadata={
            "description": "Only plays accepted before this time. Counts to the millisecond.",
            "example": "2026-12-01T00:00:00Z",
        },
    )
    before = fields.UUID(
        load_default=None, metadata={"description": "Only plays older than this event.", "example": _EVENT}
    )
    limit = limit()

    @validates_schema
    def _check_level(self, data: dict[str, Any], **_: Any) -> None:
        if data["level"] is not None and data["board"] is None:
            raise ValidationError("Needs board.", "level")

    @validates_schema
    def _check_time(self, data: dict[str, Any], **_: Any) -> None:
        if None not in (data["since"], data["until"]) and data["since"] > data["until"]:
            raise ValidationError("Must not be after until.", "since")


class BestPlaysQuery(Query):
    """A page of a player's best plays."""

    after = PlayKey(
        load_default=None,
        metadata={
            "description": "Only plays that follow this one, told by its score and its event id. `next` has it.",
            "example": f"42_{_EVENT}",
        },
    )
    limit = limit()


class RanksQuery(Query):
    """A stretch of days."""

    first = Day(
        data_key="from",
        load_default=None,
        metadata={"description": "The first day, in UTC; else 29 days before `to`.", "example": "2026-11-01"},
    )
    last = Day(
        data_key="to",
        load_default=None,
        metadata={"description": "The last day, in UTC, itself included; else today.", "example": "2026-11-21"},
    )
