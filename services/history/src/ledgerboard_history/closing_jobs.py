"""The jobs that close periods, tell of it, and count what came too late. Each is safe to repeat."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from ledgerboard_history.closing import ClosePeriods, CountLateFacts
from ledgerboard_history.delivering import DeliverHooks
from ledgerboard_infra.jobs import PerProcess

if TYPE_CHECKING:
    from ledgerboard_infra.jobs import JobApp

CLOSE_PERIODS: Final = "ledgerboard.history.close_periods"
COUNT_LATE_FACTS: Final = "ledgerboard.history.count_late_facts"
DELIVER_HOOKS: Final = "ledgerboard.history.deliver_hooks"

_SCHEDULE: Final = {
    CLOSE_PERIODS: timedelta(minutes=1),
    DELIVER_HOOKS: timedelta(seconds=30),
    COUNT_LATE_FACTS: timedelta(hours=1),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingJobs:
    """What the jobs run."""

    close: ClosePeriods
    deliver: DeliverHooks
    count_late: CountLateFacts


def register_closing_jobs(app: "JobApp", make: Callable[[], ClosingJobs]) -> None:
    """Give ``app`` the jobs and their schedule. ``make`` is called in the process that runs a job."""
    jobs = PerProcess(make)

    @app.task(name=CLOSE_PERIODS)
    def run_close_periods() -> dict[str, int]:
        """Safe to repeat: the ledger closes each period once."""
        return jobs.get().close.run()

    @app.task(name=DELIVER_HOOKS)
    def run_deliver_hooks() -> dict[str, int]:
        """Safe to repeat: a delivery is claimed by whoever makes it."""
        return jobs.get().deliver.run()

    @app.task(name=COUNT_LATE_FACTS)
    def run_count_late_facts() -> int:
        """Safe to repeat: it counts anew."""
        return jobs.get().count_late.run()

    # An execution that nobody took before the next is due would only do nothing.
    app.schedule(_SCHEDULE, expire=True)
