"""Do something again and again beside the requests, in a thread of its own.

What is done asks a store, and an outage of it is no reason to stop: the next time it may be there.
"""

import threading
import time
from collections.abc import Callable
from typing import Final

from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.logs import get_logger

SHARE: Final = 20
"""What takes a second is done again after this many seconds, however short the period is."""

_log = get_logger(__name__)


class Periodic:
    """Calls ``action`` at once and then every ``period_seconds``, between `start` and `close`.

    ``share``: how many times as long as the action took to pause at least.
    """

    def __init__(
        self,
        name: str,
        action: Callable[[], None],
        period_seconds: float,
        *,
        share: float = SHARE,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._name = name
        self._action = action
        self._period_seconds = period_seconds
        self._share = share
        self._monotonic = monotonic
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Start calling."""
        self._thread.start()

    def close(self) -> None:
        """Call no more; waits for a call that is under way."""
        self._closing.set()
        self._thread.join()

    def once(self) -> None:
        """Call it now. An outage is logged and leaves everything as it is."""
        try:
            self._action()
        except UnavailableError as error:
            _log.warning("not done for now", what=self._name, error=str(error))

    def _run(self) -> None:
        pause_seconds = 0.0
        while not self._closing.wait(pause_seconds):
            started = self._monotonic()
            self.once()
            pause_seconds = max(self._period_seconds, (self._monotonic() - started) * self._share)
