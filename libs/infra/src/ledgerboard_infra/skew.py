"""See how far this process's clock is from those of the stores.

What is exact rests on PostgreSQL's clock. But scores that a gateway stamps by a clock which is too far ahead have to
wait, and other processes do things too early or too late. So the clocks are compared whenever readiness is asked for; a
metric says by how much they differ, and a log line says when it is more than is allowed.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from prometheus_client import CollectorRegistry

from ledgerboard_infra.clock import Clock
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.logs import get_logger
from ledgerboard_infra.metrics import Meter

_log = get_logger(__name__)


class SkewedClockError(Exception):
    """This process's clock differs by more than is allowed from a store's."""


class SkewWatch:
    """Compares clocks. ``stores`` are asked by name; one that cannot be asked now says nothing of its clock."""

    def __init__(
        self, registry: CollectorRegistry, own: Clock, stores: Mapping[str, Clock], *, most: timedelta
    ) -> None:
        self._own = own
        self._stores = stores
        self._most = most
        self._skewed: set[str] = set()
        self._seconds: Final = Meter(registry).gauge(
            "clock_skew_seconds", "How far this process's clock is from that of a store, either way.", ("store",)
        )

    def look(self) -> None:
        """Ask each store. The time that it takes to answer is not counted as a difference.

        Raises `SkewedClockError` where a clock differs by too much: this is a check of readiness.
        """
        for name, store in self._stores.items():
            before = self._own.now()
            try:
                there = store.now()
            except UnavailableError:
                continue
            ahead = _ahead(before, there, self._own.now())
            self._seconds.labels(name).set(abs(ahead.total_seconds()))
            self._tell(name, ahead)
        if self._skewed:
            raise SkewedClockError(f"this clock differs by more than {self._most} from that of {sorted(self._skewed)}")

    def _tell(self, name: str, ahead: timedelta) -> None:
        """Once when it becomes too much, and once when it is over."""
        is_skewed = abs(ahead) > self._most
        if is_skewed and name not in self._skewed:
            _log.error("clock differs too much", store=name, ahead_seconds=round(ahead.total_seconds(), 3))
            self._skewed.add(name)
        elif not is_skewed and name in self._skewed:
            _log.info("clock is right again", store=name)
            self._skewed.remove(name)


def _ahead(before: datetime, there: datetime, after: datetime) -> timedelta:
    """How far our clock is ahead of theirs at the least: the answer was made between two looks at ours."""
    if there < before:
        return before - there
    return after - there if there > after else timedelta(0)
