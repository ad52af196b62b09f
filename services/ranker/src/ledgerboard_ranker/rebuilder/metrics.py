"""What the rebuilder counts."""

from typing import Final

from prometheus_client import CollectorRegistry

from ledgerboard_infra.metrics import Meter

_MINUTES: Final = (0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0)


class RebuilderMetrics:
    """The metrics of the rebuilder on one registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        meter = Meter(registry)
        self.rebuilds: Final = meter.counter(
            "rebuilder_rebuilds",
            "Claimed rebuilds by outcome: finished, gone, taken, released or failed.",
            ("outcome",),
        )
        self.facts: Final = meter.counter("rebuilder_facts", "Facts of the ledger folded into new generations.")
        self.seconds: Final = meter.histogram(
            "rebuilder_rebuild_seconds", "Time from claiming a rebuild until readers see it.", buckets=_MINUTES
        )
        self.renewed: Final = meter.counter(
            "rebuilder_boards_renewed", "Boards that were built anew unasked, by loss: lost or suspect.", ("loss",)
        )
        self.breaks: Final = meter.counter(
            "rebuilder_redis_breaks",
            "Looks at a primary that may have lost data: it was emptied, restarted or replaced.",
        )
        self.used_memory: Final = meter.gauge(
            "rebuilder_redis_used_memory_bytes", "What a primary holds. The name of one alone is empty.", ("primary",)
        )
        self.max_memory: Final = meter.gauge(
            "rebuilder_redis_max_memory_bytes",
            "With how much a primary is full and refuses writes; 0: never.",
            ("primary",),
        )
        self.looked_at: Final = meter.gauge(
            "rebuilder_redis_looked_at_seconds", "Unix time of the last look at all primaries."
        )
