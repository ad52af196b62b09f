"""From a batch to one verdict a message, whatever the handler does.

An outage is waited for with the batch in hand, so that it costs no receives. Any other exception condemns nobody yet:
the messages are handled again one by one, and only the ones that fail alone are retried.
"""

import time
from collections.abc import Iterator, Sequence
from typing import get_args

from ledgerboard_infra.logs import get_logger
from ledgerboard_infra.metrics import StreamMetrics
from ledgerboard_infra.stream.hand import Hand
from ledgerboard_infra.stream.messages import BatchHandler, Receipt, Retry, Verdict
from ledgerboard_infra.stream.outage import Patience, StoppedError

_VERDICTS = get_args(Verdict)

_log = get_logger(__name__)

Judged = list[tuple[Receipt, Verdict]]


class BrokenHandlerError(Exception):
    """A handler did not give one verdict a message. A defect of the handler."""


class Judge:
    """Calls the handler, with patience."""

    def __init__(
        self, handler: BatchHandler, hand: Hand, patience: Patience, metrics: StreamMetrics, queue: str
    ) -> None:
        self._handler = handler
        self._hand = hand
        self._patience = patience
        self._seconds = metrics.handle_seconds.labels(metrics.service, queue)
        self._holds = metrics.holds.labels(metrics.service, queue)

    def judge(self, receipts: Sequence[Receipt]) -> Iterator[Judged]:
        """The verdicts on those messages that were in hand to the end. Raises `StoppedError` while holding.

        They come in parts, to be settled as they come: what was done alone must not wait for the messages after it.
        """
        try:
            yield self._together(receipts)
        except StoppedError:
            raise
        except Exception as error:  # noqa: BLE001 -- the one boundary: the error becomes a verdict, message by message.
            if len(receipts) == 1:
                yield [(receipts[0], _blame(error))]
                return
            _log.warning("batch failed, handling its messages one by one", messages=len(receipts), exc_info=error)
            for receipt in receipts:
                yield from self.judge([receipt])

    def _together(self, receipts: Sequence[Receipt]) -> Judged:
        return self._patience.until_available(lambda: self._once(receipts), self._holds.inc)

    def _once(self, receipts: Sequence[Receipt]) -> Judged:
        held = self._hand.confirmed(receipts)
        if not held:
            return []
        started = time.perf_counter()
        verdicts = list(self._handler.handle([receipt.message for receipt in held]))
        self._seconds.observe(time.perf_counter() - started)
        if len(verdicts) != len(held) or not all(isinstance(verdict, _VERDICTS) for verdict in verdicts):
            raise BrokenHandlerError(f"the handler must give one verdict a message: {len(verdicts)} for {len(held)}")
        return list(zip(held, verdicts, strict=True))


def _blame(error: Exception) -> Retry:
    _log.error("message failed", exc_info=error)
    return Retry(f"{type(error).__name__}: {error}")
