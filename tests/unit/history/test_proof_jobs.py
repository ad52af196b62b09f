from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from prometheus_client import CollectorRegistry

from ledgerboard_contracts import BoardDefinition, BoardOptions
from ledgerboard_history.proof.metrics import ProofMetrics
from ledgerboard_history.proof.snapshots import SnapshotRanks
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.metrics import exposition
from ledgerboard_ledger import ProofTotals
from ledgerboard_testkit.plays import make_definition

_NIGHT = datetime(2026, 11, 30, 23, 59, tzinfo=UTC)


class _Clock:
    def now(self) -> datetime:
        return _NIGHT


@dataclass
class _Ledger:
    """Boards in pages of two, the days that were taken, and what comparisons came to."""

    totals_now: ProofTotals | None = None
    taken: list[tuple[str, date, int]] = field(default_factory=list)

    def list(self, after: str | None, limit: int) -> Sequence[BoardDefinition]:
        later = [name for name in ("a", "b", "c") if after is None or name > after]
        return [make_definition(name) for name in later[: min(limit, 2)]]

    def take(self, board: str, options: BoardOptions, day: date, at: datetime, *, most: int) -> bool:
        del options, at
        is_new = (board, day, most) not in self.taken
        self.taken += [(board, day, most)] if is_new else []
        return is_new

    def totals(self) -> ProofTotals:
        if self.totals_now is None:
            raise UnavailableError("PostgreSQL")
        return self.totals_now


def test_every_board_is_taken_once_a_day() -> None:
    ledger = _Ledger()
    job = SnapshotRanks(ledger, ledger, _Clock(), most=7)
    assert (job.run(), job.run()) == (3, 0)
    assert ledger.taken == [(name, date(2026, 11, 30), 7) for name in ("a", "b", "c")]


def test_the_last_comparisons_are_told_and_nothing_while_the_ledger_is_down() -> None:
    ledger, registry = _Ledger(), CollectorRegistry()
    registry.register(ProofMetrics(ledger))
    assert b"history_reconcile_differences 7.0" not in exposition(registry)[0]
    ledger.totals_now = ProofTotals(boards=3, differing=1, differences=7, unsettled=2, newest=_NIGHT)
    told = exposition(registry)[0]
    assert b"history_reconcile_differences 7.0" in told
    assert b"history_differing_boards 1.0" in told
