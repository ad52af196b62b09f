"""Facts as a dump of another server brings them: under numbers of transactions that this server has not come to."""

from uuid import UUID

from sqlalchemy import Engine, text

from ledgerboard_contracts import event_time
from ledgerboard_ledger import Month, Partitions


def record_elsewhere(engine: Engine, board: str, player: str, event_id: UUID, score: int = 1) -> None:
    """Add a fact that another server recorded."""
    insert = text("""
        INSERT INTO facts (event_id, board, board_version, player, score, occurred_at, envelope_id, recorded_xid)
        VALUES (:event_id, :board, 1, :player, :score, :at, gen_random_uuid(), '18446744073709551000')
    """)
    values = {"event_id": event_id, "board": board, "player": player, "score": score, "at": event_time(event_id)}
    Partitions(engine).ensure([Month.containing(event_time(event_id))])
    with engine.begin() as connection:
        connection.execute(insert, values)
