"""What history counts. A redelivered event is counted as repeated: the ledger itself has the figures of record."""

from typing import Final

from prometheus_client import CollectorRegistry

from ledgerboard_infra.metrics import COUNT_BUCKETS, Meter


class HistoryMetrics:
    """The metrics of history on one registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        meter = Meter(registry)
        self.events: Final = meter.counter(
            "history_events",
            "Events by outcome: recorded (a fact), rejected, repeated (known already) or unstorable.",
            ("outcome",),
        )
        self.corrections: Final = meter.counter(
            "history_corrections", "Corrections by outcome: recorded, new or not, or unstorable.", ("outcome",)
        )
        self.told: Final = meter.counter(
            "history_told", "What the ranker was told: facts recorded late, and restatements.", ("what",)
        )
        self.seats: Final = meter.counter("history_seats_freed", "Seats freed since their player's play ended.")
        self.suspects: Final = meter.counter("history_suspects", "Plays that were found suspect, each counted once.")
        self.append_seconds: Final = meter.histogram("history_append_seconds", "Time of one append, with its commit.")
        self.append_events: Final = meter.histogram(
            "history_append_events", "Facts and rejections in one append.", buckets=COUNT_BUCKETS
        )
