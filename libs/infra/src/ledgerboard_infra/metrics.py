"""Metrics: typed, declared in one place a service, on a registry that is given.

A service's metrics are attributes of one class, so a metric that nobody declared cannot be emitted: mypy and the
attribute look-up refuse it. There is no global registry; two instances in one process never mix.
"""

from collections.abc import Sequence
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

SECONDS_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
AGE_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 3600.0, 86400.0)
COUNT_BUCKETS: Final = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0, 5000.0)


class Meter:
    """Makes metrics on one registry. ``meaning`` is what an operator reads beside the figure."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def counter(self, name: str, meaning: str, labels: Sequence[str] = ()) -> Counter:
        """A sum that only grows; Prometheus appends ``_total`` to its name."""
        return Counter(name, meaning, labels, registry=self._registry)

    def gauge(self, name: str, meaning: str, labels: Sequence[str] = ()) -> Gauge:
        """A figure that goes up and down. Of several processes that share one exposition, the greatest is shown."""
        return Gauge(name, meaning, labels, registry=self._registry, multiprocess_mode="livemax")

    def histogram(
        self, name: str, meaning: str, labels: Sequence[str] = (), *, buckets: Sequence[float] = SECONDS_BUCKETS
    ) -> Histogram:
        """How often a value fell below each of ``buckets``; seconds unless said otherwise."""
        return Histogram(name, meaning, labels, registry=self._registry, buckets=buckets)


class StreamMetrics:
    """What the stream runtime counts, for every queue that ``service`` consumes."""

    def __init__(self, registry: CollectorRegistry, service: str) -> None:
        meter = Meter(registry)
        by_queue = ("service", "queue")
        self.service: Final = service
        self.messages: Final = meter.counter(
            "stream_messages", "Messages by what became of them: received, done, retried, postponed, dead or released.",
            (*by_queue, "outcome"),
        )  # fmt: skip
        self.handle_seconds: Final = meter.histogram("stream_handle_seconds", "Time to handle one batch.", by_queue)
        self.batch_size: Final = meter.histogram(
            "stream_batch_messages",
            "Messages in one received batch.",
            by_queue,
            buckets=tuple(map(float, range(1, 11))),
        )
        self.age_seconds: Final = meter.histogram(
            "stream_message_age_seconds", "Age of a message when it is received.", by_queue, buckets=AGE_BUCKETS
        )
        self.in_hand: Final = meter.gauge("stream_in_hand_messages", "Messages received and not yet settled.", by_queue)
        self.receive_errors: Final = meter.counter("stream_receive_errors", "Receives that failed.", by_queue)
        self.holds: Final = meter.counter(
            "stream_holds", "Tries put off because a dependency was unavailable.", by_queue
        )


def exposition(registry: CollectorRegistry) -> tuple[bytes, str]:
    """The registry in Prometheus' text form, and its content type."""
    return generate_latest(registry), CONTENT_TYPE_LATEST
