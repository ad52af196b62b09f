"""One lane: receive, handle, settle, again.

Several lanes of one runtime overlap: while one waits for a store, another receives. They share nothing but the hand.
"""

import threading
import time
from typing import Final

from ledgerboard_infra.backoff import Backoff
from ledgerboard_infra.clock import Clock
from ledgerboard_infra.errors import RefusedError, UnavailableError
from ledgerboard_infra.logs import correlated, correlation_ids
from ledgerboard_infra.metrics import StreamMetrics
from ledgerboard_infra.stream.hand import Hand
from ledgerboard_infra.stream.inbox import Inbox
from ledgerboard_infra.stream.messages import Receipt
from ledgerboard_infra.stream.outage import Outage, StoppedError
from ledgerboard_infra.stream.settlement import Settlement
from ledgerboard_infra.stream.verdicts import Judge

CORRELATION: Final = "correlation_id"


class Lane:
    """Works until ``stopping`` is set, and then ends with nothing in hand."""

    def __init__(
        self,
        inbox: Inbox,
        hand: Hand,
        judge: Judge,
        settlement: Settlement,
        stopping: threading.Event,
        *,
        intake: "Intake",
    ) -> None:
        self._inbox = inbox
        self._hand = hand
        self._judge = judge
        self._settlement = settlement
        self._stopping = stopping
        self._intake = intake

    def run(self) -> None:
        """Receive and work until told to stop."""
        while not self._stopping.is_set():
            receipts = self._intake.receive()
            if receipts:
                self._hand.take(receipts)
                self._work(receipts)

    def _work(self, receipts: list[Receipt]) -> None:
        ids = correlation_ids([receipt.message.attributes.get(CORRELATION) for receipt in receipts])
        try:
            with correlated(queue=self._inbox.queue, correlation_ids=ids):
                self._judge_and_settle(receipts)
        except StoppedError:
            pass  # What is still in hand goes back to the queue, below.
        finally:
            self._settlement.release(self._hand.still_held(receipts))

    def _judge_and_settle(self, receipts: list[Receipt]) -> None:
        if self._stopping.is_set():
            raise StoppedError
        for judged in self._judge.judge(receipts):
            self._settlement.settle(judged)


class Intake:
    """Receives and measures; an outage makes it wait, never fail. Shared by the lanes."""

    def __init__(
        self,
        inbox: Inbox,
        metrics: StreamMetrics,
        clock: Clock,
        stopping: threading.Event,
        backoff: Backoff,
        *,
        wait_seconds: int,
    ) -> None:
        labels = (metrics.service, inbox.queue)
        self._inbox = inbox
        self._clock = clock
        self._stopping = stopping
        self._backoff = backoff
        self._wait_seconds = wait_seconds
        self._outage = Outage("receiving", inbox.queue)
        self._failures = 0
        self._received = metrics.messages.labels(*labels, "received")
        self._batch_size = metrics.batch_size.labels(*labels)
        self._age_seconds = metrics.age_seconds.labels(*labels)
        self._errors = metrics.receive_errors.labels(*labels)

    def receive(self) -> list[Receipt]:
        """A batch, or none after the long poll or after the pause that follows a failed one."""
        tried_at = time.monotonic()
        try:
            receipts = self._inbox.receive(self._wait_seconds)
        except (UnavailableError, RefusedError) as error:
            self._errors.inc()
            self._outage.failed(error, tried_at=tried_at)
            self._failures += 1
            self._stopping.wait(self._backoff.delay_seconds(self._failures))
            return []
        self._failures = 0
        self._outage.succeeded(tried_at=tried_at)
        if receipts:
            self._measure(receipts)
        return receipts

    def _measure(self, receipts: list[Receipt]) -> None:
        now = self._clock.now()
        self._received.inc(len(receipts))
        self._batch_size.observe(len(receipts))
        for receipt in receipts:
            self._age_seconds.observe(max(0.0, (now - receipt.message.sent_at).total_seconds()))
