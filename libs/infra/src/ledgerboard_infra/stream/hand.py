"""What the runtime has in hand, and the heartbeat that keeps it invisible to others.

The heartbeat extends everything in hand three times within each visibility timeout. Letting go waits for an extension
under way, so that a message given back can never be hidden again by a heartbeat that still had it on its list.

A process that was cut off from SQS, or stood still, may have lost its messages without a word. So it asks before it
works on them.
"""

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from ledgerboard_infra.errors import RefusedError, UnavailableError
from ledgerboard_infra.logs import get_logger
from ledgerboard_infra.stream.inbox import Inbox
from ledgerboard_infra.stream.messages import Receipt

_BEATS_A_TIMEOUT: Final = 3

_log = get_logger(__name__)


class Hand:
    """The receipts that this process is responsible for. Thread-safe."""

    def __init__(
        self, inbox: Inbox, visibility_timeout_seconds: int, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._inbox = inbox
        self._visibility_timeout_seconds = visibility_timeout_seconds
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._extending = threading.Lock()
        self._receipts: dict[str, Receipt] = {}
        self._granted_until: dict[str, float] = {}

    def take(self, receipts: Iterable[Receipt]) -> None:
        """Be responsible for ``receipts`` from now on."""
        granted_until = self._monotonic() + self._visibility_timeout_seconds
        with self._lock:
            for receipt in receipts:
                self._receipts[receipt.handle], self._granted_until[receipt.handle] = receipt, granted_until

    def forget(self, receipts: Iterable[Receipt]) -> None:
        """No longer extend these; they are deleted or lost."""
        with self._lock:
            for receipt in receipts:
                self._receipts.pop(receipt.handle, None)
                self._granted_until.pop(receipt.handle, None)

    def let_go(self, receipts: Iterable[Receipt]) -> None:
        """No longer extend these, and return when no extension of theirs is under way."""
        self.forget(receipts)
        with self._extending:
            pass

    def confirmed(self, receipts: Sequence[Receipt]) -> list[Receipt]:
        """Those of ``receipts`` that no one else can have got. Asks SQS where nothing was extended for too long.

        Raises `UnavailableError` where it cannot be asked.
        """
        now = self._monotonic()
        with self._lock:
            is_overdue = any(self._granted_until.get(receipt.handle, now) < now for receipt in receipts)
        if is_overdue:
            self.extend()
        return self.still_held(receipts)

    def still_held(self, receipts: Sequence[Receipt]) -> list[Receipt]:
        """Those of ``receipts`` of which nothing says that someone else got them."""
        with self._lock:
            return [receipt for receipt in receipts if receipt.handle in self._receipts]

    def all(self) -> list[Receipt]:
        """Everything in hand."""
        with self._lock:
            return list(self._receipts.values())

    def extend(self) -> None:
        """Keep everything in hand invisible for another timeout. What SQS no longer grants is forgotten."""
        with self._extending:
            receipts, asked_at = self.all(), self._monotonic()
            lost = self._inbox.show_after([(receipt, self._visibility_timeout_seconds) for receipt in receipts])
            self.forget(lost)
            with self._lock:
                for handle in {receipt.handle for receipt in receipts} & self._granted_until.keys():
                    self._granted_until[handle] = asked_at + self._visibility_timeout_seconds
        if lost:
            _log.warning("messages lost to another consumer", queue=self._inbox.queue, messages=len(lost))


class Heartbeat:
    """Extends a hand from a thread of its own, until stopped."""

    def __init__(self, hand: Hand, visibility_timeout_seconds: int) -> None:
        self._hand = hand
        self._interval_seconds = visibility_timeout_seconds / _BEATS_A_TIMEOUT
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def start(self) -> None:
        """Beat from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Beat no more; returns when the last beat is over."""
        self._stopped.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._stopped.wait(self._interval_seconds):
            try:
                self._hand.extend()
            except (UnavailableError, RefusedError) as error:
                # The next beat tries again; if none succeeds, SQS shows the messages to others, who may repeat them.
                _log.warning("visibility not extended", error=str(error))
