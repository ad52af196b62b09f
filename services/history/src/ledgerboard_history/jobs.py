"""The jobs of history.

Partitions are made months ahead, so that the first fact of a month never waits for its table; a job that did not run
for months costs no more than that wait.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Protocol

from ledgerboard_infra.clock import Clock
from ledgerboard_infra.jobs import PerProcess
from ledgerboard_ledger import Month

if TYPE_CHECKING:
    from ledgerboard_infra.jobs import JobApp

CREATE_PARTITIONS: Final = "ledgerboard.history.create_partitions"
MONTHS_AHEAD: Final = 3
EVERY: Final = timedelta(days=1)
TIME_LIMIT_SECONDS: Final = 600


class Partitions(Protocol):
    """The ledger's partitions. ``ensure`` makes what is missing and names it."""

    def ensure(self, months: Iterable[Month]) -> Sequence[str]:
        """Make what is missing."""
        ...


class CreatePartitions:
    """Makes the partitions of this month and of the next ones."""

    def __init__(self, partitions: Partitions, clock: Clock) -> None:
        self._partitions = partitions
        self._clock = clock

    def run(self) -> list[str]:
        """The names of the partitions that were missing. Safe to repeat: what exists is left alone."""
        months = [Month.containing(self._clock.now())]
        for _ in range(MONTHS_AHEAD):
            months.append(months[-1].following)
        return list(self._partitions.ensure(months))


def register_jobs(app: "JobApp", make: Callable[[], CreatePartitions]) -> None:
    """Give ``app`` the jobs and their schedule. ``make`` is called in the process that runs a job."""
    create_partitions = PerProcess(make)

    @app.task(name=CREATE_PARTITIONS)
    def run_create_partitions() -> list[str]:
        """Safe to repeat, as is what it calls."""
        return create_partitions.get().run()

    app.schedule({CREATE_PARTITIONS: EVERY})
