"""What an operator sees of closings: read from the ledger when the metrics are asked for.

Jobs run in processes of their own, which share no registry with the one that answers; the ledger is what they share.
"""

from collections.abc import Iterator, Mapping
from typing import Protocol

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from ledgerboard_infra.errors import UnavailableError


class Outbox(Protocol):
    """The outbox, as `ledgerboard_ledger.Outbox` has it."""

    def counts(self) -> Mapping[str, int]:
        """Deliveries by state."""
        ...


class Closings(Protocol):
    """The closings, as `ledgerboard_ledger.Closings` has them."""

    def late_facts(self) -> int:
        """What came after closings, as last counted."""
        ...


class ClosingMetrics(Collector):
    """Deliveries by state, and late facts. Tells nothing while PostgreSQL is down."""

    def __init__(self, closings: Closings, outbox: Outbox) -> None:
        self._closings = closings
        self._outbox = outbox

    def describe(self) -> Iterator[Metric]:
        """The metrics without figures: registering asks nobody."""
        yield _deliveries()
        yield _late_facts()

    def collect(self) -> Iterator[Metric]:
        """The figures of this moment."""
        try:
            counts, late = self._outbox.counts(), self._closings.late_facts()
        except UnavailableError:
            return
        deliveries, late_facts = _deliveries(), _late_facts()
        for state, number in counts.items():
            deliveries.add_metric([state], number)
        late_facts.add_metric([], late)
        yield deliveries
        yield late_facts


def _deliveries() -> GaugeMetricFamily:
    meaning = "Deliveries to hooks by state: pending, delivered or dead."
    return GaugeMetricFamily("history_hook_deliveries", meaning, labels=["state"])


def _late_facts() -> GaugeMetricFamily:
    meaning = "Facts that were recorded after the closing of their period, in whose final ranks they do not count."
    return GaugeMetricFamily("history_late_facts", meaning, labels=[])
