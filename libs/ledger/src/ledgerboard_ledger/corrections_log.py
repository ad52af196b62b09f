"""Read what was corrected, and who is banned. Nothing is written here.

Corrections are never changed but for the names of erased players, so pages by id stay where they are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
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


_ERASURES: Final = text("""
    SELECT veil, max(occurred_at) AS until FROM corrections
    WHERE kind = 'erase' AND recorded_at >= :since GROUP BY veil
""")
_SALT: Final = text("SELECT value FROM salt")


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


@dataclass(frozen=True, slots=True)
class ErasedPlayers:
    """Who was erased, as far as anybody may know: a name can be asked about, and none can be told from it."""

    salt: bytes
    until: Mapping[str, datetime]
    """When each was erased, by the veil of the name."""

    def erased_at(self, player: str) -> datetime | None:
        """When a player of that name was erased last, or None. The digest is that of the function ``veil``."""
        if not self.until:
            return None
        return self.until.get(f"sha256:{sha256(self.salt + player.encode()).hexdigest()}")


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

    def erasures(self, since: datetime) -> ErasedPlayers:
        """The players whose erasure was recorded at ``since`` or afterwards."""
        return self._endpoints.ask(
            lambda connection: ErasedPlayers(
                salt=connection.execute(_SALT).scalar_one(),
                until={row.veil: row.until for row in connection.execute(_ERASURES, {"since": since})},
            )
        )


def _page(given: Sequence[str]) -> TextClause:
    conditions = {"before": "correction_id < :before", "board": "board = :board", "player": "player = :player"}
    return text(_PAGE.format(conditions=" AND ".join(["true", *(conditions[name] for name in given)])))
