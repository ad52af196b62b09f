"""What an operator sees of what waits: messages in every queue, and periods that ended and are not closed.

SQS tells nobody how old its oldest message is. But nothing in a queue is older than the moment at which it was last
seen empty, so that is what is told: a bound that grows while a queue is not worked off.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from ledgerboard_history.closing import Waiting
from ledgerboard_infra.clock import Clock
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.sqs.depth import QueueCounts

PERIODS_EVERY: Final = timedelta(minutes=1)
"""Counting periods looks at every board, so it is done no oftener than closing them."""


class Closer(Protocol):
    """What closes periods, as `closing.ClosePeriods` does."""

    def waiting(self) -> Waiting:
        """What it would close now."""
        ...


class QueueMetrics(Collector):
    """Messages in every queue, and since when it is not empty. Tells nothing of a queue while SQS is down."""

    def __init__(self, counts: Mapping[str, Callable[[], QueueCounts]], clock: Clock) -> None:
        self._counts = counts
        self._clock = clock
        self._empty_at: dict[str, datetime] = {}

    def describe(self) -> Iterator[Metric]:
        """The metrics without figures: registering asks nobody."""
        yield from _queue_families()

    def collect(self) -> Iterator[Metric]:
        """The figures of this moment."""
        messages, busy = _queue_families()
        for name, count in self._counts.items():
            now = self._clock.now()
            try:
                counts = count()
            except UnavailableError:
                continue
            if counts.total == 0 or name not in self._empty_at:
                self._empty_at[name] = now
            messages.add_metric([name, "waiting"], counts.waiting)
            messages.add_metric([name, "in_hand"], counts.in_hand)
            messages.add_metric([name, "delayed"], counts.delayed)
            busy.add_metric([name], (now - self._empty_at[name]).total_seconds())
        yield messages
        yield busy


class PeriodMetrics(Collector):
    """Periods that wait to be closed. Tells nothing while PostgreSQL is down."""

    def __init__(self, closer: Closer, clock: Clock) -> None:
        self._closer = closer
        self._clock = clock
        self._known: tuple[datetime, Waiting] | None = None

    def describe(self) -> Iterator[Metric]:
        """The metrics without figures: registering asks nobody."""
        yield from _period_families()

    def collect(self) -> Iterator[Metric]:
        """The figures, at most a minute old."""
        now = self._clock.now()
        if self._known is None or now - self._known[0] >= PERIODS_EVERY:
            try:
                self._known = now, self._closer.waiting()
            except UnavailableError:
                return
        waiting, (periods, age) = self._known[1], _period_families()
        periods.add_metric([], waiting.periods)
        age.add_metric([], 0.0 if waiting.oldest_end is None else (now - waiting.oldest_end).total_seconds())
        yield periods
        yield age


def _queue_families() -> Sequence[GaugeMetricFamily]:
    return (
        GaugeMetricFamily(
            "history_queue_messages",
            "Messages in a queue, about: waiting for a consumer, in a consumer's hand, or delayed.",
            labels=["queue", "state"],
        ),
        GaugeMetricFamily(
            "history_queue_busy_seconds",
            "Since when a queue was not seen empty. No message in it is older, if this process is.",
            labels=["queue"],
        ),
    )


def _period_families() -> Sequence[GaugeMetricFamily]:
    return (
        GaugeMetricFamily("history_periods_waiting", "Periods that ended and are not closed.", labels=[]),
        GaugeMetricFamily(
            "history_periods_waiting_seconds", "How long ago the oldest of them ended; 0 where none waits.", labels=[]
        ),
    )
