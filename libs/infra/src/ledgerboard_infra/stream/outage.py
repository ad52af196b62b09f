"""Waiting through an outage.

An outage is logged when it begins and when it ends, whatever the number of lanes that meet it and however long it
lasts: a log that repeats itself hides what else went wrong.
"""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from ledgerboard_infra.backoff import Backoff
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.logs import get_logger

T = TypeVar("T")

_log = get_logger(__name__)


class StoppedError(Exception):
    """The runtime was told to stop before the dependency came back."""


class Outage:
    """The state of one dependency, as its users found it last. Thread-safe.

    Every report tells when its try began (``tried_at``, monotonic): a slow answer from before a change of state is old
    news, and must not turn the state back.
    """

    def __init__(self, what: str, queue: str) -> None:
        self._what = what
        self._queue = queue
        self._lock = threading.Lock()
        self._since: float | None = None
        self._served_at = 0.0

    def failed(self, error: Exception, *, tried_at: float) -> None:
        """It did not serve a try."""
        with self._lock:
            if self._since is not None or tried_at < self._served_at:
                return
            self._since = time.monotonic()
        _log.warning("outage began", what=self._what, queue=self._queue, error=str(error))

    def succeeded(self, *, tried_at: float) -> None:
        """It served a try."""
        with self._lock:
            if self._since is None or tried_at < self._since:
                return
            self._served_at = time.monotonic()
            seconds, self._since = round(self._served_at - self._since, 3), None
        _log.info("outage ended", what=self._what, queue=self._queue, seconds=seconds)


class Patience:
    """Tries until it works or the runtime stops."""

    def __init__(self, outage: Outage, stopping: threading.Event, backoff: Backoff) -> None:
        self._outage = outage
        self._stopping = stopping
        self._backoff = backoff

    def until_available(self, action: Callable[[], T], on_failure: Callable[[], None] = lambda: None) -> T:
        """What ``action`` returns, tried again after each `UnavailableError`. Raises `StoppedError` on a stop."""
        attempt = 0
        while True:
            tried_at = time.monotonic()
            try:
                result = action()
            except UnavailableError as error:
                attempt += 1
                self._outage.failed(error, tried_at=tried_at)
                on_failure()
                if self._stopping.wait(self._backoff.delay_seconds(attempt)):
                    raise StoppedError from error
            else:
                self._outage.succeeded(tried_at=tried_at)
                return result
