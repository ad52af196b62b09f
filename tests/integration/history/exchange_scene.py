"""Whole ledgers, each a database of its own, and what goes from one to another."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

from ledgerboard_contracts import BoardOptions, Correction, CorrectionKind, Policy, View
from ledgerboard_contracts.periods import ALL_TIME
from ledgerboard_history.exchange.command import export
from ledgerboard_history.exchange.exporting import ExportLedger
from ledgerboard_history.exchange.importing import Imported, ImportLedger
from ledgerboard_infra.ids import new_uuid7
from ledgerboard_ledger import (
    HeldRebuilds,
    LedgerExport,
    LedgerImport,
    LedgerWriter,
    PostgresDefinitions,
    SqlFold,
)
from ledgerboard_testkit.events import NOON, envelope, fact, rejection
from ledgerboard_testkit.memory import FixedClock


class Ledger:
    """One database."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def export(self, path: Path, board: str | None = None) -> list[str]:
        said: list[str] = []
        assert export(ExportLedger(LedgerExport(self.engine), FixedClock()), board, path, said.append) == 0
        return said

    @property
    def importer(self) -> ImportLedger:
        rebuilds = HeldRebuilds(self.engine)
        return ImportLedger(LedgerWriter(self.engine, rebuilds), LedgerImport(self.engine, rebuilds), rebuilds)

    def take_in(self, path: Path) -> Imported:
        return self.importer.run(path, lambda _done, _of: None)

    def entries(self, board: str) -> list[tuple[str, int]]:
        definition = PostgresDefinitions(self.engine).current(board)
        assert definition is not None
        rows = SqlFold(self.engine).rows(View(board, ALL_TIME), definition.options)
        return [(row.player, row.score) for row in rows]

    def contents(self) -> list[Any]:
        statements = (
            "SELECT to_jsonb(f) - 'recorded_at' - 'recorded_xid' FROM facts f ORDER BY event_id",
            "SELECT to_jsonb(r) - 'recorded_at' FROM rejections r ORDER BY event_id",
            "SELECT to_jsonb(v) FROM board_versions v ORDER BY board, version",
            "SELECT to_jsonb(c) - 'recorded_at' - 'recorded_xid' FROM corrections c ORDER BY correction_id",
        )
        with self.engine.connect() as connection:
            return [connection.execute(text(statement)).scalars().all() for statement in statements]


def played(ledger: Ledger) -> Ledger:
    """Boards with versions, plays of every kind, rejections and corrections."""
    definitions, writer = PostgresDefinitions(ledger.engine), LedgerWriter(ledger.engine)
    definitions.define("race", BoardOptions(title="Race"))
    definitions.define("race", BoardOptions(title="The race", policy=Policy.TOTAL))
    definitions.ensure("rally")
    plain = [fact(f"p{number % 7}", number, level="1", session="s", attributes={"a": [1, "é"]}) for number in range(60)]
    voided, banned = fact("voided", 900), fact("banned", 800)
    writer.append([envelope(*plain, voided, banned), envelope(fact("ada", -3), board="rally")], [rejection()])
    at = NOON + timedelta(minutes=1)

    def correct(kind: CorrectionKind, **named: Any) -> None:
        writer.correct(
            [Correction(correction_id=new_uuid7(at), kind=kind, occurred_at=at, reason="r", author="desk", **named)]
        )

    correct(CorrectionKind.VOID, board="race", player="voided", event_id=voided.event_id)
    correct(CorrectionKind.BAN, player="banned")
    correct(CorrectionKind.ERASE, player="p3")
    return ledger
