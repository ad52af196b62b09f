"""Read what was corrected, and who is banned. Nothing is written here.

Corrections are never changed but for the names of erased players, so pages by id stay where they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import TextClause, text

from ledgerboard_contracts import CorrectionKind
from ledgerboard_ledger.endpoints import Endpoints

_PAGE: Final = """
    SELECT correction_id, kind, occurred_at, recorded_at, reason, author, board, player, event_id FROM corrections
    WHERE {conditions} ORDER BY correction_id DESC LIMIT :limit
"""
_BANS: Final = text("""
    SELECT player, board FROM corrected WHERE ban_id IS NOT NULL AND (unban_id IS NULL OR ban_id > unban_id)
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedCorrection:
    """One correction as the ledger keeps it. An erased player has the name that the erasure gave them."""

    correction_id: UUID
    kind: CorrectionKind
    occurred_at: datetime
    recorded_at: datetime
    reason: str
    author: str
    board: str | None
    player: str | None
    event_id: UUID | None


@dataclass(frozen=True, slots=True)
class Ban:
    """A ban in force; without a board it is everywhere."""

    player: str
    board: str | None


class CorrectionsLog:
    """The record of corrections. Raises `UnavailableError` when neither endpoint answers. Thread-safe."""

    def __init__(self, endpoints: Endpoints) -> None:
        self._endpoints = endpoints

    def page(
        self, before: UUID | None, limit: int, *, board: str | None = None, player: str | None = None
    ) -> Sequence[RecordedCorrection]:
        """The first ``limit`` that are older than ``before``, newest first; only of a board, or of a player."""
        given = {"before": before, "board": board, "player": player}
        query = _page([name for name, value in given.items() if value is not None])
        return self._endpoints.ask(
            lambda connection: [
                RecordedCorrection(**row | {"kind": CorrectionKind(row["kind"])})
                for row in map(dict[str, Any], connection.execute(query, given | {"limit": limit}).mappings())
            ]
        )

    def bans(self) -> Sequence[Ban]:
        """Every ban in force."""
        return self._endpoints.ask(
            lambda connection: [Ban(row.player, row.board or None) for row in connection.execute(_BANS)]
        )


def _page(given: Sequence[str]) -> TextClause:
    conditions = {"before": "correction_id < :before", "board": "board = :board", "player": "player = :player"}
    return text(_PAGE.format(conditions=" AND ".join(["true", *(conditions[name] for name in given)])))
