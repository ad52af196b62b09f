"""The jobs that prove boards and take ranks. Each is safe to repeat."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from ledgerboard_history.proof.asked import AskedProofs
from ledgerboard_history.proof.sampling import SampleBoards
from ledgerboard_history.proof.snapshots import SnapshotRanks
from ledgerboard_infra.jobs import PerProcess

if TYPE_CHECKING:
    from ledgerboard_infra.jobs import JobApp

RECONCILE_ASKED: Final = "ledgerboard.history.reconcile_asked"
RECONCILE_SAMPLE: Final = "ledgerboard.history.reconcile_sample"
SNAPSHOT_RANKS: Final = "ledgerboard.history.snapshot_ranks"

_SCHEDULE: Final = {
    RECONCILE_ASKED: timedelta(seconds=10),
    RECONCILE_SAMPLE: timedelta(hours=1),
    SNAPSHOT_RANKS: timedelta(hours=1),
}
"""Ranks are taken once a day, at the first of its hours at which a worker is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofJobs:
    """What the jobs run. Without an address of the boards there is nothing to compare."""

    asked: AskedProofs
    sample: SampleBoards | None
    snapshot: SnapshotRanks


def register_proof_jobs(app: "JobApp", make: Callable[[], ProofJobs]) -> None:
    """Give ``app`` the jobs and their schedule. ``make`` is called in the process that runs a job."""
    jobs = PerProcess(make)

    @app.task(name=RECONCILE_ASKED)
    def run_reconcile_asked() -> int:
        """Safe to repeat: it only looks, and each comparison is in one worker's hands."""
        return jobs.get().asked.run()

    @app.task(name=RECONCILE_SAMPLE)
    def run_reconcile_sample() -> dict[str, int]:
        """Safe to repeat: it only looks."""
        sample = jobs.get().sample
        return {} if sample is None else sample.run()

    @app.task(name=SNAPSHOT_RANKS)
    def run_snapshot_ranks() -> int:
        """Safe to repeat: the ledger keeps each day of a board once."""
        return jobs.get().snapshot.run()

    app.schedule(_SCHEDULE, expire=True)
