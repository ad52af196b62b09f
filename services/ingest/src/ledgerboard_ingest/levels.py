"""Find out which levels players may name on boards that take any, up to so many.

Only scores to which nothing else is objected are asked about, so no level is numbered for a score that does not count.
What was once numbered is known here without asking.
"""

import threading
from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping
from typing import Final, Protocol

from ledgerboard_contracts import BoardDefinition, RejectionReason, Source, Submission

CAPACITY: Final = 100_000
"""Levels whose numbers a process remembers."""

LevelKey = tuple[str, str]
"""A board and a level of it."""

Numbers = Mapping[LevelKey, int]
"""The numbers of levels, as far as they have any."""


class Levels(Protocol):
    """The record of levels. Raises `UnavailableError` when it is down."""

    def numbers(self, board: str, levels: Collection[str], most: int, /) -> Mapping[str, int]:
        """The number of each level that has one. A new one gets the next, as long as there are ``most``."""


class KnownLevels:
    """The record, of which a number that was told once is remembered. Thread-safe and bounded."""

    def __init__(self, record: Levels, *, capacity: int = CAPACITY) -> None:
        self._record = record
        self._capacity = capacity
        self._known: OrderedDict[LevelKey, int] = OrderedDict()
        self._lock = threading.Lock()

    def numbers(self, board: str, levels: Collection[str], most: int, /) -> Mapping[str, int]:
        """As the record has them. Asks only for those that are not known here."""
        with self._lock:
            known = {level: self._known[board, level] for level in levels if (board, level) in self._known}
        missing = [level for level in levels if level not in known]
        if not missing:
            return known
        found = self._record.numbers(board, missing, most)
        with self._lock:
            self._known.update({(board, level): number for level, number in found.items()})
            while len(self._known) > self._capacity:
                self._known.popitem(last=False)
        return {**known, **found}


def number(levels: Levels, submissions: Iterable[tuple[BoardDefinition, Submission]]) -> Numbers:
    """The numbers of the levels that players name on boards that count them. Asks once for each board and bound."""
    wanted: dict[tuple[str, int], dict[str, None]] = {}
    for definition, submission in submissions:
        most = definition.options.levels
        if isinstance(most, int) and submission.level is not None and submission.source is Source.PLAYER:
            wanted.setdefault((definition.board, most), {})[submission.level] = None
    return {
        (board, level): place
        for (board, most), named in sorted(wanted.items())
        for level, place in levels.numbers(board, list(named), most).items()
    }


def level_objection(
    numbers: Numbers, definition: BoardDefinition, submission: Submission
) -> tuple[RejectionReason, str] | None:
    """The objection to a player's score on a level that players may not name."""
    level, levels = submission.level, definition.options.levels
    if level is None or submission.source is not Source.PLAYER:
        return None
    if not isinstance(levels, int):
        if level in levels:
            return None
        return RejectionReason.LEVEL_UNKNOWN, f"{level!r} is none of the levels that this board declares"
    place = numbers.get((definition.board, level))
    if place is not None and place <= levels:
        return None
    return RejectionReason.LEVELS_EXHAUSTED, f"players name {levels} levels of this board at most, and {level!r} is new"
