"""What the gateway counts. Each metric is declared here with its meaning, and nowhere else.

Label values come from closed sets (route patterns, outcomes, status codes), never from what a client sent.
"""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_BYTES: Final = tuple(256 * 4**step for step in range(6))


class GatewayMetrics:
    """The gateway's metrics on one registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._requests = Histogram(
            "gateway_request_seconds",
            "Requests by route pattern, method and status, and how long each took.",
            ("method", "route", "status"),
            registry=registry,
            buckets=_SECONDS,
        )
        self._submissions = Counter(
            "gateway_submissions", "Submissions by what became of them.", ("outcome",), registry=registry
        )
        self._sends = Histogram(
            "gateway_publish_seconds",
            "Sends to the submissions queue by result, and how long each took.",
            ("result",),
            registry=registry,
            buckets=_SECONDS,
        )
        self._envelope_bytes = Histogram(
            "gateway_envelope_bytes", "Size of the envelopes sent.", registry=registry, buckets=_BYTES
        )
        self._envelope_submissions = Histogram(
            "gateway_envelope_submissions",
            "Submissions in the envelopes sent.",
            registry=registry,
            buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000),
        )
        self._ledger_reads = Counter(
            "gateway_ledger_reads",
            "Reads of standings that the ledger answered, by why the boards did not: down, lost, moving or expired.",
            ("reason",),
            registry=registry,
        )
        self._keyed = Counter(
            "gateway_keyed_requests",
            "Requests with a key by outcome: claimed, taken over, replayed, under way, other request or too many.",
            ("outcome",),
            registry=registry,
        )
        self._limited = Counter(
            "gateway_limited",
            "Scores and attempts by whose limit it was: let through, refused, or let through as nobody could tell.",
            ("policy", "outcome"),
            registry=registry,
        )
        self.buffered = Gauge(
            "gateway_buffered_submissions",
            "Submissions that wait for a send at this moment.",
            registry=registry,
            multiprocess_mode="livesum",
        )
        self.connections = Gauge(
            "gateway_connections", "Connections that are open.", registry=registry, multiprocess_mode="livesum"
        )
        self._connections_shut = Counter(
            "gateway_connections_shut",
            "Connections that were shut without an answer by why: overdue, or crowded out as others needed the place.",
            ("reason",),
            registry=registry,
        )
        self._request_children: dict[tuple[str, str, int], Histogram] = {}

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        key = (method, route, status)
        child = self._request_children.get(key)
        if child is None:  # Looking a child up in the library costs more than observing it.
            child = self._request_children[key] = self._requests.labels(method, route, str(status))
        child.observe(seconds)

    def submissions(self, outcome: str, count: int = 1) -> None:
        """Count submissions: ``accepted``, ``refused`` or ``unavailable``."""
        self._submissions.labels(outcome).inc(count)

    def keyed(self, outcome: str) -> None:
        """Count one request with a key."""
        self._keyed.labels(outcome).inc()

    def limited(self, policy: str, outcome: str, count: int) -> None:
        """Count what a limit ``let`` through or ``refused``; ``unasked``: let through while Redis could not tell."""
        if count:
            self._limited.labels(policy, outcome).inc(count)

    def connection_shut(self, reason: str) -> None:
        """Count one connection that was shut: ``overdue`` or ``crowded``."""
        self._connections_shut.labels(reason).inc()

    def ledger_read(self, reason: str) -> None:
        """Count one read that the ledger answered, by why the boards did not."""
        self._ledger_reads.labels(reason).inc()

    def sent(self, result: str, seconds: float, size_bytes: int, submissions: int) -> None:
        """Count one send of one envelope: ``acknowledged`` or ``unavailable``."""
        self._sends.labels(result).observe(seconds)
        self._envelope_bytes.observe(size_bytes)
        self._envelope_submissions.observe(submissions)
