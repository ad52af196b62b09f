"""The jobs that forget what is kept for a time only: answers to keyed requests, and the audit.

A keyed request that is over is claimed anew by whoever names it, row or no row: so how late that job runs changes
nothing but the size of the table.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final, Protocol

from ledgerboard_infra.jobs import PerProcess

if TYPE_CHECKING:
    from ledgerboard_infra.jobs import JobApp

FORGET_KEYED_REQUESTS: Final = "ledgerboard.history.forget_keyed_requests"
FORGET_AUDIT: Final = "ledgerboard.history.forget_audit"
EVERY: Final = timedelta(minutes=10)
EVERY_OF_AUDIT: Final = timedelta(hours=1)
AT_ONCE: Final = 5_000
"""So many in one statement, so that none holds locks or a connection for long."""


class KeyedRequests(Protocol):
    """The record of keyed requests. Raises `UnavailableError` when it is down."""

    def purge(self, limit: int) -> int:
        """Forget at most so many that are over, and return how many."""
        ...


class Audit(Protocol):
    """The record of who changed what. Raises `UnavailableError` when it is down."""

    def forget(self, kept: timedelta, limit: int) -> int:
        """Forget at most so many entries that are older, and return how many."""
        ...


class ForgetKeyedRequests:
    """Forgets what is over, little by little."""

    def __init__(self, requests: KeyedRequests) -> None:
        self._requests = requests

    def run(self) -> int:
        """How many were forgotten. Safe to repeat and to race."""
        return _forget_all(self._requests.purge)


class ForgetAudit:
    """Forgets what is older than ``kept``, little by little."""

    def __init__(self, audit: Audit, kept: timedelta) -> None:
        self._audit = audit
        self._kept = kept

    def run(self) -> int:
        """How many were forgotten. Safe to repeat and to race."""
        return _forget_all(partial(self._audit.forget, self._kept))


def _forget_all(forget: Callable[[int], int]) -> int:
    """How many ``forget`` forgot, which takes so many at once at most."""
    forgotten = last = forget(AT_ONCE)
    while last == AT_ONCE:
        last = forget(AT_ONCE)
        forgotten += last
    return forgotten


def register_forgetting(
    app: "JobApp", make: Callable[[], ForgetKeyedRequests], make_of_audit: Callable[[], ForgetAudit]
) -> None:
    """Give ``app`` the jobs and their schedule. Both makers are called in the process that runs the jobs."""
    forget, forget_audit = PerProcess(make), PerProcess(make_of_audit)

    @app.task(name=FORGET_KEYED_REQUESTS)
    def run_forget_keyed_requests() -> int:
        """Safe to repeat: what is gone is not there to be forgotten."""
        return forget.get().run()

    @app.task(name=FORGET_AUDIT)
    def run_forget_audit() -> int:
        """Safe to repeat: what is gone is not there to be forgotten."""
        return forget_audit.get().run()

    app.schedule({FORGET_KEYED_REQUESTS: EVERY, FORGET_AUDIT: EVERY_OF_AUDIT}, expire=True)
