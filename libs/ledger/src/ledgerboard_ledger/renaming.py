"""Rows of players who were erased meanwhile: they are recorded all the same, under the name that the erasure gave.

A fact may be on its way while its player is erased. It was accepted, so it stands in the ledger; it names nobody, and
does not count.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ledgerboard_contracts import event_time
from ledgerboard_ledger.rows import FactRow, RejectionRow

ERASED_WORDS: Final = "(erased)"


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erased player is called now, and up to when what they did is theirs no more."""

    name: str
    until: datetime

    def covers(self, row: FactRow | RejectionRow) -> bool:
        """Whether the event was accepted before the erasure."""
        return event_time(row[0]) <= self.until


def names_erased(rows: Sequence[FactRow] | Sequence[RejectionRow], erased: Mapping[str, Erased]) -> bool:
    """Whether some row names a player whom it must not name."""
    return bool(erased) and any(row[3] in erased and erased[row[3]].covers(row) for row in rows)


def renamed_facts(rows: Sequence[FactRow], erased: Mapping[str, Erased]) -> Sequence[FactRow]:
    """The rows, those of erased players without name, attributes and session."""
    return [_fact(row, erased[row[3]]) if names_erased([row], erased) else row for row in rows] if erased else rows


def renamed_rejections(rows: Sequence[RejectionRow], erased: Mapping[str, Erased]) -> Sequence[RejectionRow]:
    """The rows, those of erased players without name and detail."""
    if not erased:
        return rows
    return [_rejection(row, erased[row[3]]) if names_erased([row], erased) else row for row in rows]


def _fact(row: FactRow, erased: Erased) -> FactRow:
    event_id, board, version, _, score, level, occurred_at, _, envelope_id, _ = row
    return event_id, board, version, erased.name, score, level, occurred_at, None, envelope_id, None


def _rejection(row: RejectionRow, erased: Erased) -> RejectionRow:
    event_id, board, version, _, score, occurred_at, reason, _, envelope_id = row
    return event_id, board, version, erased.name, score, occurred_at, reason, ERASED_WORDS, envelope_id
