"""Carry out verdicts.

A message is deleted only after its handler said `Done`, or after the dead-letter queue acknowledged its copy; a crash
before that shows it to somebody else, a crash after it loses nothing.
"""

import threading
from collections.abc import Sequence
from typing import Final

from ledgerboard_infra.backoff import Backoff
from ledgerboard_infra.errors import RefusedError, UnavailableError
from ledgerboard_infra.logs import get_logger
from ledgerboard_infra.metrics import StreamMetrics
from ledgerboard_infra.sqs import QueueSender, dead_letter
from ledgerboard_infra.stream.hand import Hand
from ledgerboard_infra.stream.inbox import POSTPONED, Inbox
from ledgerboard_infra.stream.messages import Dead, Done, Later, Receipt, Retry, Verdict
from ledgerboard_infra.stream.outage import Patience
from ledgerboard_infra.stream.verdicts import Judged

POSTPONED_SECONDS: Final = 5
MOST_POSTPONED_SECONDS: Final = 60
"""After how long a message comes again that must wait for something else: at first, and when it waited often. Where it
takes hours, all that came meanwhile would otherwise come again every few seconds, and leave no time for anything else.
"""

_DELETE_ATTEMPTS: Final = 4

_log = get_logger(__name__)


class Settlement:
    """Deletes, delays, dead-letters or gives back what is in hand."""

    def __init__(
        self,
        inbox: Inbox,
        hand: Hand,
        dead_letters: QueueSender,
        patience: Patience,
        metrics: StreamMetrics,
        *,
        max_receives: int,
        retry_backoff: Backoff,
    ) -> None:
        self._inbox = inbox
        self._hand = hand
        self._dead_letters = dead_letters
        self._patience = patience
        self._metrics = metrics
        self._max_receives = max_receives
        self._retry_backoff = retry_backoff
        self._pause = threading.Event()

    def settle(self, judged: Judged) -> None:
        """Carry out each verdict. Raises `StoppedError` if told to stop while the dead-letter queue is unavailable."""
        done = [receipt for receipt, verdict in judged if isinstance(verdict, Done)]
        retried = [
            (receipt, verdict.reason)
            for receipt, verdict in judged
            if isinstance(verdict, Retry) and receipt.message.receive_count < self._max_receives
        ]
        later = [receipt for receipt, verdict in judged if isinstance(verdict, Later)]
        dead = [(receipt, reason) for receipt, verdict in judged if (reason := self._dead_reason(receipt, verdict))]
        self._delete(done, "done")
        self._retry(retried)
        self._postpone(later)
        for receipt, reason in dead:
            self._bury(receipt, reason)
        _log.info(
            "batch settled",
            queue=self._inbox.queue,
            done=len(done),
            retried=len(retried),
            later=len(later),
            dead=len(dead),
        )

    def release(self, receipts: Sequence[Receipt]) -> None:
        """Give back what could not be worked on: visible to others at once."""
        if receipts:
            self._show(receipts, [0.0] * len(receipts), "released")
            _log.info("messages released", queue=self._inbox.queue, messages=len(receipts))

    def _postpone(self, receipts: Sequence[Receipt]) -> None:
        """The copy first, so that a crash in between leaves two and never none."""
        if not receipts:
            return
        failed = self._inbox.send_copies([(receipt, _postponed_seconds(receipt)) for receipt in receipts])
        self._delete([receipt for receipt in receipts if receipt not in failed], "postponed")
        self._show(failed, [float(POSTPONED_SECONDS)] * len(failed), "retried")

    def _dead_reason(self, receipt: Receipt, verdict: Verdict) -> str | None:
        count = receipt.message.receive_count
        if isinstance(verdict, Dead):
            return verdict.reason or "no reason given"
        if isinstance(verdict, Retry) and count >= self._max_receives:
            return f"gave up after {count} receives: {verdict.reason}"
        return None

    def _retry(self, retried: Sequence[tuple[Receipt, str]]) -> None:
        for receipt, reason in retried:
            message = receipt.message
            _log.warning(
                "message retried", message_id=message.message_id, receives=message.receive_count, reason=reason
            )
        receipts = [receipt for receipt, _ in retried]
        delays = [self._retry_backoff.delay_seconds(receipt.message.receive_count) for receipt in receipts]
        self._show(receipts, delays, "retried")

    def _show(self, receipts: Sequence[Receipt], delays_seconds: Sequence[float], outcome: str) -> None:
        self._hand.let_go(receipts)
        try:
            self._inbox.show_after(list(zip(receipts, delays_seconds, strict=True)))
        except (UnavailableError, RefusedError) as error:
            # They show up by themselves when their visibility timeout ends.
            _log.warning("visibility not changed", queue=self._inbox.queue, outcome=outcome, error=str(error))
        self._count(outcome, len(receipts))

    def _bury(self, receipt: Receipt, reason: str) -> None:
        message = receipt.message
        source = {
            "source_queue": self._inbox.queue,
            "source_message_id": message.message_id,
            "receive_count": str(message.receive_count),
            **message.attributes,
        }
        letter = dead_letter(message.body, reason, source=source)
        _log.error("message dead-lettered", message_id=message.message_id, reason=reason, queue=self._inbox.queue)
        try:
            self._patience.until_available(lambda: self._dead_letters.send([letter]))
        except RefusedError as error:
            # The redrive policy moves it after its last receive: without a reason, but not lost.
            _log.error("dead letter refused", message_id=message.message_id, error=str(error))
            self._show([receipt], [self._retry_backoff.delay_seconds(message.receive_count)], "retried")
        else:
            self._delete([receipt], "dead")

    def _delete(self, receipts: Sequence[Receipt], outcome: str) -> None:
        """Delete, with some insistence. What remains comes again; its handler is safe to repeat."""
        waiting, error = list(receipts), ""
        for attempt in range(1, _DELETE_ATTEMPTS + 1):
            if not waiting:
                break
            try:
                failed = self._inbox.delete(waiting)
            except (UnavailableError, RefusedError) as failure:
                error = str(failure)
            else:
                waiting = self._hand.still_held(failed)
            if waiting and attempt < _DELETE_ATTEMPTS:
                self._pause.wait(_DELETE_BACKOFF.delay_seconds(attempt))
        if waiting:
            _log.warning("messages not deleted", queue=self._inbox.queue, messages=len(waiting), error=error)
        self._hand.forget(receipts)
        self._count(outcome, len(receipts))

    def _count(self, outcome: str, messages: int) -> None:
        self._metrics.messages.labels(self._metrics.service, self._inbox.queue, outcome).inc(messages)


def _postponed_seconds(receipt: Receipt) -> int:
    """Twice as long each time. How long it was before, the copy says."""
    before = receipt.message.attributes.get(POSTPONED, "")
    return min(2 * int(before), MOST_POSTPONED_SECONDS) if before.isdecimal() else POSTPONED_SECONDS


_DELETE_BACKOFF: Final = Backoff(base_seconds=0.1, max_seconds=1.0)
