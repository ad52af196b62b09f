"""Send what was judged to those who need it: facts to ``rank`` and ``history``, the rest to ``history`` alone.

Returns only when every queue acknowledged everything, so a message is deleted after its effect is durable. A failure in
between sends some of it twice; the derived envelope ids let every consumer forgive that.
"""

from collections.abc import Sequence
from concurrent.futures import Executor, wait
from dataclasses import dataclass
from typing import Protocol

from ledgerboard_contracts import FactEnvelope, Rejection
from ledgerboard_contracts.queues import HISTORY, RANK, SUBMISSIONS
from ledgerboard_infra.sqs import OutgoingMessage
from ledgerboard_ingest.metrics import IngestMetrics
from ledgerboard_ingest.packing import pack_facts, pack_rejections


class Sender(Protocol):
    """One queue."""

    def send(self, messages: Sequence[OutgoingMessage], /) -> None:
        """Return when all messages were acknowledged; raise `UnavailableError` otherwise."""


@dataclass(frozen=True, slots=True)
class Consignment:
    """What one received batch turns into. Rejections stand beside the correlation id of their source.

    ``corrections`` are whole messages: they only pass.
    """

    envelopes: Sequence[FactEnvelope]
    rejections: Sequence[tuple[str, Sequence[Rejection]]]
    dead_letters: Sequence[OutgoingMessage]
    corrections: Sequence[OutgoingMessage] = ()


class Fanout:
    """Sends consignments. ``executor`` carries the sends to ``rank`` while the calling thread sends the rest."""

    def __init__(
        self, rank: Sender, history: Sender, dead_letters: Sender, executor: Executor, metrics: IngestMetrics
    ) -> None:
        self._rank = rank
        self._history = history
        self._dead_letters = dead_letters
        self._executor = executor
        self._metrics = metrics

    def send(self, consignment: Consignment) -> None:
        """Send all of it. Safe to repeat. Raises `UnavailableError` if any queue did not acknowledge its part."""
        facts = pack_facts(consignment.envelopes)
        records = [*facts, *pack_rejections(consignment.rejections), *consignment.corrections]
        with self._metrics.fanout_seconds.time():
            self._send_overlapped(facts, records, consignment.dead_letters)
        self._metrics.envelopes.inc(len(consignment.envelopes))
        self._metrics.messages.labels(RANK.name).inc(len(facts))
        self._metrics.messages.labels(HISTORY.name).inc(len(records))
        self._metrics.messages.labels(f"{SUBMISSIONS.name}-dlq").inc(len(consignment.dead_letters))

    def _send_overlapped(
        self,
        facts: Sequence[OutgoingMessage],
        records: Sequence[OutgoingMessage],
        dead_letters: Sequence[OutgoingMessage],
    ) -> None:
        ranked = self._executor.submit(self._rank.send, facts)
        try:
            self._history.send(records)
            self._dead_letters.send(dead_letters)
        finally:
            wait([ranked])  # A repeat must not overtake the send that it repeats.
        ranked.result()
