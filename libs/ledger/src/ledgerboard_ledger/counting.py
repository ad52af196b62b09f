"""Which facts count: the one condition behind every view, as SQL.

A view is the fold of the facts that are not voided, of players who are neither banned nor erased before, accepted after
the board's last reset. Whoever reads facts to fold them takes the condition from here, so that the boards, the reads
of the ledger and the comparison of the two cannot mean different facts. It speaks of corrections as they stand now.

Each is a condition on a row called ``f``. When an event was accepted is read from its id (UUIDv7, milliseconds): it was
not after a moment if its id is below the first of the following millisecond.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from ledgerboard_ledger.moments import id_at

BANNED: Final = """
EXISTS (
    SELECT FROM corrections ban
    WHERE ban.kind = 'ban' AND ban.player = f.player AND (ban.board IS NULL OR ban.board = f.board)
    AND NOT EXISTS (
        SELECT FROM corrections unban
        WHERE unban.kind = 'unban' AND unban.player = ban.player AND unban.board IS NOT DISTINCT FROM ban.board
        AND unban.correction_id > ban.correction_id
    )
)
"""
"""The player ``f.player`` is hidden on the board ``f.board``: a ban there or everywhere that no unban has ended."""

COUNTING: Final = f"""
NOT EXISTS (SELECT FROM corrections void WHERE void.kind = 'void' AND void.event_id = f.event_id)
AND NOT {BANNED}
AND NOT EXISTS (
    SELECT FROM corrections erasure
    WHERE erasure.kind = 'erase' AND erasure.player = f.player
    AND f.event_id < (lpad(to_hex(floor(extract(epoch FROM erasure.occurred_at) * 1000)::int8 + 1), 12, '0')
        || '00000000000000000000')::uuid
)
AND NOT EXISTS (
    SELECT FROM corrections clearance
    WHERE clearance.kind IN ('reset', 'delete') AND clearance.board = f.board
    AND f.event_id < (lpad(to_hex(floor(extract(epoch FROM clearance.occurred_at) * 1000)::int8 + 1), 12, '0')
        || '00000000000000000000')::uuid
)
"""  # noqa: S608 -- a constant made of a constant.
"""The fact ``f`` (event_id, board, player) counts. The row of an erasure names the player as the facts do by now."""

CONTAINED: Final = """
(f.recorded_xid IS NULL OR pg_visible_in_snapshot(f.recorded_xid, CAST(:snapshot AS pg_snapshot)))
"""
"""The fact ``f`` was recorded before the snapshot ``:snapshot``, the text of a ``pg_snapshot``, was taken.

A fact without a transaction is from before transactions were noted, which is before every snapshot.
"""

STRANGE: Final = "(f.recorded_xid >= pg_snapshot_xmax(pg_current_snapshot()))"
"""The fact ``f``, which is seen, was recorded by a transaction that this server has not come to: so by another server.

No snapshot of this one would contain it, now or ever. Who draws from a snapshot must not draw without it.
"""

_MILLISECOND: Final = timedelta(milliseconds=1)


def first_id_after(moment: datetime) -> UUID:
    """The smallest id of an event that was accepted after ``moment``, as the SQL function of that name has it."""
    return id_at(moment + _MILLISECOND)
