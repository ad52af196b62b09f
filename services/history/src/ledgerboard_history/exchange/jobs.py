"""The jobs that store the ledger elsewhere. Each is safe to repeat, and does nothing where no setting asks for it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from ledgerboard_history.exchange.archiving import ArchiveMonths
from ledgerboard_history.exchange.shipping import ShipExport
from ledgerboard_infra.jobs import PerProcess

if TYPE_CHECKING:
    from ledgerboard_infra.jobs import JobApp

SHIP_EXPORT: Final = "ledgerboard.history.ship_export"
ARCHIVE_MONTHS: Final = "ledgerboard.history.archive_months"
_EVERY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeJobs:
    """What the jobs run; None where no setting asks for it."""

    ship: ShipExport | None
    archive: ArchiveMonths | None


def register_exchange_jobs(app: "JobApp", make: Callable[[], ExchangeJobs]) -> None:
    """Give ``app`` the jobs and their schedule. ``make`` is called in the process that runs a job."""
    jobs = PerProcess(make)

    @app.task(name=SHIP_EXPORT)
    def run_ship_export() -> str:
        """Safe to repeat: the object of the day is written again."""
        ship = jobs.get().ship
        return ship.run() if ship else ""

    @app.task(name=ARCHIVE_MONTHS)
    def run_archive_months() -> list[str]:
        """Safe to repeat: a month that is gone is not there to be archived."""
        archive = jobs.get().archive
        return archive.run() if archive else []

    app.schedule({SHIP_EXPORT: _EVERY, ARCHIVE_MONTHS: _EVERY})
