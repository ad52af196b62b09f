"""What the players know: which scores got a 202, and of which ones nobody answered.

Every score carries a serial number in its attributes, so that a row of the ledger can be told from its request even if
the answer to it was lost.
"""

import itertools
import random
import threading
from dataclasses import dataclass
from typing import Final

SERIAL: Final = "serial"


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A score that was answered with 202."""

    event_id: str
    serial: int
    board: str
    player: str
    score: int


class Record:
    """Thread-safe. Corrections are kept by their id, with what they name."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._serials = itertools.count(1)
        self.accepted: dict[int, Accepted] = {}
        self.unanswered: set[int] = set()
        self.refused = 0
        self.corrections: dict[str, str] = {}

    def serial(self) -> int:
        """A number that no other score of this run has."""
        return next(self._serials)

    def accept(self, scores: list[Accepted]) -> None:
        """These got a 202."""
        with self._lock:
            self.accepted.update((score.serial, score) for score in scores)

    def leave_open(self, serials: list[int]) -> None:
        """Nobody answered: the system may have them or not."""
        with self._lock:
            self.unanswered.update(serials)

    def refuse(self, count: int) -> None:
        """These were answered with anything but a 202, which says that they are nowhere, or may be anywhere (503)."""
        with self._lock:
            self.refused += count

    def correct(self, correction_id: str, what: str) -> None:
        """A correction got a 202."""
        with self._lock:
            self.corrections[correction_id] = what

    def any_accepted(self, dice: random.Random) -> Accepted | None:
        """One of the accepted scores, or None before the first."""
        with self._lock:
            newest = len(self.accepted)
            if not newest:
                return None
            return next((found for _ in range(20) if (found := self.accepted.get(dice.randint(1, newest * 2)))), None)
