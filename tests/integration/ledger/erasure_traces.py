"""What a player leaves in every store, and where a name still stands."""

from sqlalchemy import Engine, text

from ledgerboard_contracts import CorrectionKind
from ledgerboard_ledger import LedgerWriter, PostgresServerKeys, Restatements
from ledgerboard_testkit.corrections import correction
from ledgerboard_testkit.events import NOON, envelope, fact, rejection
from ledgerboard_testkit.suites.server_keys import key_record
from tests.integration.ledger.audited import leave_entries
from tests.integration.ledger.keyed_answers import leave_answers
from tests.integration.ledger.reviewed import leave_reviews
from tests.integration.ledger.seated import take_seat


def tables_that_name(engine: Engine, player: str) -> set[str]:
    """Every table in which the player's id stands, in whatever column, partitions included."""
    names = text("SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname = 'public'")
    with engine.connect() as connection:
        return {
            name
            for name in connection.execute(names).scalars()
            if connection.execute(
                text(f"SELECT EXISTS (SELECT FROM {name} AS row WHERE position(:player IN row::text) > 0)"),  # noqa: S608 -- names of the catalogue.
                {"player": player},
            ).scalar_one()
        }


def leave_traces(engine: Engine, board: str, player: str) -> None:
    writer, restatements = LedgerWriter(engine), Restatements(engine)
    plays = [fact(player, n, attributes={"name": player}, session=f"session-{player}", level="1") for n in range(3)]
    writer.append([envelope(*plays, board=board)], [rejection(player=player, detail=f"no, {player}")])
    void = correction(CorrectionKind.VOID, board=board, player=player, event_id=plays[0].event_id, author=player)
    ban = correction(CorrectionKind.BAN, player=player, reason=f"{player} cheats")
    writer.correct([void, ban])
    opened = restatements.open(board, player)
    restatements.opened(board, player, opened.correction_id, opened.snapshot, NOON)
    PostgresServerKeys(engine).create(key_record(created_by=f"player:{player}"))
    leave_answers(engine, player)
    leave_entries(engine, player)
    take_seat(engine, board, player)
    leave_reviews(engine, player, board, [each.event_id for each in plays])
    with engine.begin() as connection:
        ranked = "INSERT INTO rank_snapshots VALUES (:board, :player, :day, 0, 1)"
        connection.execute(text(ranked), {"board": board, "player": player, "day": NOON.date()})
        asked = "INSERT INTO reconciliations (board) VALUES (:board) RETURNING reconciliation_id"
        key = connection.execute(text(asked), {"board": board}).scalar_one()
        found = "INSERT INTO reconciliation_differences VALUES (:key, 0, 'b', 'all:board', 'extra', :player, '')"
        connection.execute(text(found), {"key": key, "player": player})
