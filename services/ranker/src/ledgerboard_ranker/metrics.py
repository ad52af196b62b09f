"""What the ranker counts. A repeat counts again: these are figures of work, the ledger has those of record."""

from typing import Final

from prometheus_client import CollectorRegistry

from ledgerboard_infra.metrics import AGE_BUCKETS, Meter


class RankerMetrics:
    """The metrics of the ranker on one registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        meter = Meter(registry)
        self.envelopes: Final = meter.counter(
            "ranker_envelopes", "Fact envelopes by outcome: folded, unchanged, undefined or postponed.", ("outcome",)
        )
        self.facts: Final = meter.counter("ranker_facts", "Facts folded, each into all of its views.")
        self.entries_changed: Final = meter.counter("ranker_entries_changed", "Entries of views that a fold improved.")
        self.tops_changed: Final = meter.counter("ranker_tops_changed", "Rendered tops that a fold made invalid.")
        self.views_expired: Final = meter.counter(
            "ranker_views_expired", "Times that a fact came too late for one of its date-bound views."
        )
        self.late_facts: Final = meter.counter(
            "ranker_late_facts", "Facts added to a total alone, because the ledger might have held them already."
        )
        self.refused: Final = meter.counter(
            "ranker_refused",
            "Folds that the boards refused, to be made again: stale (the board's state had changed) or ambiguous (the "
            "envelope may have been added before, so its players are drawn from the ledger).",
            ("reason",),
        )
        self.lag_seconds: Final = meter.histogram(
            "score_visible_lag_seconds",
            "Time from the gateway's acceptance of a score until the boards showed it.",
            buckets=AGE_BUCKETS,
        )
