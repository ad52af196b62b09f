"""What ingest counts.

A redelivered message is counted again: these are figures of work done, the ledger has the figures of record.
"""

from typing import Final

from prometheus_client import CollectorRegistry

from ledgerboard_infra.metrics import Meter


class IngestMetrics:
    """The metrics of ingest on one registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        meter = Meter(registry)
        self.submissions: Final = meter.counter(
            "ingest_submissions",
            "Submissions by outcome: accepted, rejected, broken, undefined, astray (a server's, whose session "
            "nobody opened), "
            "ahead (of PostgreSQL's clock, in a session) or early (further ahead of it than clocks may differ).",
            ("outcome",),
        )
        self.rejections: Final = meter.counter("ingest_rejections", "Rejections by reason.", ("reason",))
        self.corrections: Final = meter.counter("ingest_corrections", "Corrections relayed to history.")
        self.envelopes: Final = meter.counter("ingest_envelopes", "Fact envelopes sent.")
        self.messages: Final = meter.counter("ingest_messages", "Messages sent, by the queue they went to.", ("queue",))
        self.fanout_seconds: Final = meter.histogram(
            "ingest_fanout_seconds", "Time until all queues acknowledged what became of one received batch."
        )
