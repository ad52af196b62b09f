"""When a correction is accepted: by one clock, that of the ledger, whichever gateway is asked.

The order of corrections is that of their ids. Gateways whose clocks lie apart would put an unban before the ban that it
is to end, and a deletion before the definition that it is to delete.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Engine, text

from ledgerboard_contracts import event_time
from ledgerboard_infra.postgres import postgres_errors

_MILLISECOND: Final = timedelta(milliseconds=1)
"""What ids tell of a moment: one of a later millisecond is greater."""

_FOLLOWING: Final = text("""
    SELECT clock_timestamp() AS now,
        (
            SELECT correction_id FROM corrected WHERE player IN (CAST(:player AS text), veil(CAST(:player AS text)))
            ORDER BY correction_id DESC LIMIT 1
        ) AS newest,
        (SELECT max(occurred_at) FROM corrections WHERE board = :board AND kind IN ('reset', 'delete')) AS cleared_at,
        (SELECT max(created_at) FROM board_versions WHERE board = :board) AS defined_at
""")


class CorrectionMoments:
    """Asks the writer, whose clock stamps definitions too. Raises `UnavailableError` when it is down. Thread-safe."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def following(self, *, player: str | None = None, board: str | None = None) -> datetime:
        """Now (UTC), and after what is recorded: corrections of ``player``, clearances and definitions of ``board``.

        It lies ahead of the clock only where an earlier one did: stamped by another server before a failover, or by a
        gateway of a former release.
        """
        with postgres_errors(), self._engine.connect() as connection:
            known = connection.execute(_FOLLOWING, {"player": player, "board": board}).one()
        moments: list[datetime] = [known.now]
        if known.newest is not None:
            moments.append(event_time(known.newest) + _MILLISECOND)
        if known.cleared_at is not None:
            moments.append(known.cleared_at + _MILLISECOND)
        if known.defined_at is not None:
            moments.append(known.defined_at)
        return max(moments).astimezone(UTC)
