"""Note which boards are written to, so that who finds Redis to have lost its last moments knows which boards did.

The note comes before the writing. PostgreSQL may be down while boards go on: then the note is owed, and made with the
next batch after.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, Protocol

from ledgerboard_infra.clock import Clock
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.logs import get_logger

EVERY: Final = timedelta(seconds=30)
"""How often a board is noted at most."""

_MOST_BOARDS: Final = 100_000

_log = get_logger(__name__)


class Touches(Protocol):
    """The record of touched boards. Raises `UnavailableError` when it is down."""

    def note(self, boards: Iterable[str], at: datetime) -> None:
        """These boards are being written to."""
        ...


class Touching:
    """Notes boards, each at most every `EVERY`. Thread-safe: to note twice does no harm."""

    def __init__(self, touches: Touches, clock: Clock) -> None:
        self._touches = touches
        self._clock = clock
        self._noted: dict[str, datetime] = {}
        self._owed: set[str] = set()

    def touch(self, boards: Iterable[str]) -> None:
        """Note those that were not noted lately. Never raises: a note that cannot be made is owed."""
        now = self._clock.now()
        due = {board for board in boards if board not in self._noted or self._noted[board] + EVERY <= now}
        if not due:
            return
        owed = due | self._owed.copy()
        try:
            self._touches.note(owed, now)
        except UnavailableError as error:
            self._owed |= due
            _log.warning("touched boards not noted", boards=len(owed), error=str(error))
            return
        self._owed -= owed
        if len(self._noted) > _MOST_BOARDS:
            self._noted = {}
        self._noted.update(dict.fromkeys(owed, now))
