"""The job that forgets keyed requests whose time is over.

A request that is over is claimed anew by whoever names it, row or no row: so how late the job runs changes nothing but
the size of the table.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Protocol

from ledgerboard_infra.jobs import PerProcess

if TYPE_CHECKING:
    from ledgerboard_infra.jobs import JobApp

FORGET_KEYED_REQUESTS: Final = "ledgerboard.history.forget_keyed_requests"
EVERY: Final = timedelta(minutes=10)
AT_ONCE: Final = 5_000
"""So many in one statement, so that none holds locks or a connection for long."""


class KeyedRequests(Protocol):
    """The record of keyed requests. Raises `UnavailableError` when it is down."""

    def purge(self, limit: int) -> int:
        """Forget at most so many that are over, and return how many."""
        ...


class ForgetKeyedRequests:
    """Forgets what is over, little by little."""

    def __init__(self, requests: KeyedRequests) -> None:
        self._requests = requests

    def run(self) -> int:
        """How many were forgotten. Safe to repeat and to race."""
        forgotten = last = self._requests.purge(AT_ONCE)
        while last == AT_ONCE:
            last = self._requests.purge(AT_ONCE)
            forgotten += last
        return forgotten


def register_forgetting(app: "JobApp", make: Callable[[], ForgetKeyedRequests]) -> None:
    """Give ``app`` the job and its schedule. ``make`` is called in the process that runs it."""
    forget = PerProcess(make)

    @app.task(name=FORGET_KEYED_REQUESTS)
    def run_forget_keyed_requests() -> int:
        """Safe to repeat: what is gone is not there to be forgotten."""
        return forget.get().run()

    app.schedule({FORGET_KEYED_REQUESTS: EVERY}, expire=True)
