"""Facts and rejections as rows, in the order in which every writer inserts them.

The order is that of the event ids. Two transactions that insert the same events then meet at the first of them, where
one waits for the other; in different orders they would deadlock.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, TypeAlias
from uuid import UUID

import msgspec

from ledgerboard_contracts import FactEnvelope, InvalidEventIdError, Rejection, are_uuid7, event_time
from ledgerboard_ledger.months import Month
from ledgerboard_ledger.records import UnstorableError

FactRow: TypeAlias = tuple[UUID, str, int, str, int, str | None, datetime, str | None, UUID, str | None]
RejectionRow: TypeAlias = tuple[UUID, str, int, str, int, datetime, str, str, UUID]
Rows: TypeAlias = Sequence[FactRow] | Sequence[RejectionRow]

FACT_COLUMNS: Final = {
    "event_id": "uuid",
    "board": "text",
    "board_version": "int4",
    "player": "text",
    "score": "int8",
    "level": "text",
    "occurred_at": "timestamptz",
    "attributes": "text",
    "envelope_id": "uuid",
    "session": "text",
}
"""What a `FactRow` holds, as PostgreSQL types. Attributes travel as text: the cast to jsonb is cheaper over there."""

REJECTION_COLUMNS: Final = {
    "event_id": "uuid",
    "board": "text",
    "board_version": "int4",
    "player": "text",
    "score": "int8",
    "occurred_at": "timestamptz",
    "reason": "text",
    "detail": "text",
    "envelope_id": "uuid",
}
"""What a `RejectionRow` holds, as PostgreSQL types."""

_encoder: Final = msgspec.json.Encoder()


def fact_rows(envelopes: Iterable[FactEnvelope]) -> Sequence[FactRow]:
    """One row a fact, by event id."""
    rows: list[FactRow] = [
        (
            fact.event_id,
            envelope.board,
            envelope.board_version,
            fact.player,
            fact.score,
            fact.level,
            fact.occurred_at,
            None if fact.attributes is None else _encoder.encode(fact.attributes).decode(),
            envelope.envelope_id,
            fact.session,
        )
        for envelope in envelopes
        for fact in envelope.facts
    ]
    rows.sort(key=_event_number)
    return rows


def rejection_rows(rejections: Iterable[Rejection]) -> Sequence[RejectionRow]:
    """One row a rejection, by event id."""
    rows: list[RejectionRow] = [
        (
            rejection.event_id,
            rejection.board,
            rejection.board_version,
            rejection.player,
            rejection.score,
            rejection.occurred_at,
            rejection.reason.value,
            rejection.detail,
            rejection.envelope_id,
        )
        for rejection in rejections
    ]
    rows.sort(key=_event_number)
    return rows


def months_of(rows: Rows) -> set[Month]:
    """The months that sorted ``rows`` need partitions of. Raises `UnstorableError` for an id that has no time."""
    try:
        ends = [event_time(row[0]) for row in (*rows[:1], *rows[-1:])]
        months = {Month.containing(time) for time in ends}
        if len(months) <= 1 and are_uuid7(row[0] for row in rows):
            return months  # Sorted as they are, what stands between two moments of a month was made in it.
        return {Month.containing(event_time(row[0])) for row in rows}
    except InvalidEventIdError as error:
        raise UnstorableError(str(error)) from error


def _event_number(row: FactRow | RejectionRow) -> int:
    """Comparing numbers costs a tenth of comparing UUID objects, and gives the same order."""
    return row[0].int
