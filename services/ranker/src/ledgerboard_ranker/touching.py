"""Note which boards are written to, so that whoever finds Redis to have lost its last moments knows which boards did.

The note comes before the writing, and what was written is not acknowledged if the note is too old by then: a process
that stood still in between writes once more. PostgreSQL may be down while boards go on: then the note is owed, and made
as soon as PostgreSQL is back.
"""

import threading
import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from types import TracebackType
from typing import Final, Protocol, Self

from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.logs import get_logger

EVERY: Final = timedelta(seconds=30)
"""How often a board is noted at most."""

OLDEST: Final = timedelta(seconds=60)
"""How old a note may be when what it was made for was written."""

RETRY_SECONDS: Final = 1.0
"""How often owed notes are tried."""

_LEFT_ALONE: Final = timedelta(seconds=10)
"""How long after a failure nobody who has boards to write to waits for PostgreSQL. Owed notes are tried meanwhile."""

_STOP_SECONDS: Final = 5.0
_MOST_BOARDS: Final = 100_000

_log = get_logger(__name__)


class Touches(Protocol):
    """The record of touched boards. Raises `UnavailableError` when it is down."""

    def note(self, boards: Iterable[str]) -> None:
        """These boards are being written to now."""
        ...


class Touching:
    """Notes boards, each at most every `EVERY`. Thread-safe: to note twice does no harm.

    ``monotonic`` gives seconds. No other clock decides here; when a note is made, the record's clock tells.
    """

    def __init__(self, touches: Touches, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._touches = touches
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._noted: dict[str, float] = {}
        self._owed: set[str] = set()
        self._failed_at: float | None = None

    def touch(self, boards: Iterable[str]) -> None:
        """Note those that were not noted lately. Never raises: a note that cannot be made is owed."""
        now = self._monotonic()
        with self._lock:
            due = {board for board in boards if not self._is_noted(board, now, EVERY)}
            is_down = self._failed_at is not None and now < self._failed_at + _LEFT_ALONE.total_seconds()
            if is_down:
                self._owed |= due
            noted_too = set(self._owed)
        if due and not is_down:
            self._note(due | noted_too)

    def confirm(self, boards: Iterable[str]) -> None:
        """Call this once the boards are written to, and before that is acknowledged.

        Raises `UnavailableError` where a note is so old that a loss of what was written might not be noticed: write it
        again.
        """
        now = self._monotonic()
        with self._lock:
            old = [each for each in boards if each not in self._owed and not self._is_noted(each, now, OLDEST)]
        if old:
            raise UnavailableError(f"{len(old)} boards were written to too long after that was noted")

    def note_owed(self) -> bool:
        """Make the notes that are owed. Returns whether none is owed any more."""
        with self._lock:
            owed = set(self._owed)
        return not owed or self._note(owed)

    def _note(self, boards: set[str]) -> bool:
        now = self._monotonic()
        try:
            self._touches.note(boards)
        except UnavailableError as error:
            with self._lock:
                is_news = self._failed_at is None
                self._failed_at = self._monotonic()
                self._owed |= boards
            if is_news:
                _log.warning("touched boards not noted", boards=len(boards), error=str(error))
            return False
        with self._lock:
            was_down, self._failed_at = self._failed_at is not None, None
            self._owed -= boards
            if len(self._noted) > _MOST_BOARDS:
                self._noted = {}
            self._noted.update(dict.fromkeys(boards, now))
        if was_down:
            _log.info("touched boards noted again", boards=len(boards))
        return True

    def _is_noted(self, board: str, now: float, within: timedelta) -> bool:
        noted_at = self._noted.get(board)
        return noted_at is not None and now <= noted_at + within.total_seconds()


class OwedNotes:
    """Makes owed notes from a thread of its own while the block lasts: the next message may be long in coming."""

    def __init__(self, touching: Touching, *, every_seconds: float = RETRY_SECONDS) -> None:
        self._touching = touching
        self._every_seconds = every_seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="owed-notes", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Try once more. What is owed then is lost."""
        self._stopping.set()
        self._thread.join(_STOP_SECONDS)
        if self._thread.is_alive() or not self._touching.note_owed():
            _log.error("touched boards were never noted")

    def _run(self) -> None:
        while not self._stopping.wait(self._every_seconds):
            try:
                self._touching.note_owed()
            except Exception as error:  # noqa: BLE001 -- the boundary: a defect must not end the thread.
                _log.error("owed notes failed", exc_info=error)
