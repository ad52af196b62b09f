"""Versions of board definitions, kept for ever in process: a version never changes, so a hit is always right."""

from collections import OrderedDict
from threading import Lock
from typing import Final, Protocol

from ledgerboard_contracts import BoardDefinition

_CAPACITY: Final = 100_000


class Versions(Protocol):
    """The record of versions. None where there is no such version."""

    def version(self, board: str, version: int) -> BoardDefinition | None:
        """One version of a board."""


class CachedVersions:
    """A `Versions` that asks its source once for each version. Thread-safe; forgets the least recently used.

    A version that is missing is asked for again each time: it may be made later.
    """

    def __init__(self, source: Versions, *, capacity: int = _CAPACITY) -> None:
        self._source = source
        self._capacity = capacity
        self._known: OrderedDict[tuple[str, int], BoardDefinition] = OrderedDict()
        self._lock = Lock()

    def version(self, board: str, version: int) -> BoardDefinition | None:
        """The definition, or None. Raises what the source raises, and only when the version is not known yet."""
        key = (board, version)
        with self._lock:
            known = self._known.get(key)
            if known is not None:
                self._known.move_to_end(key)
                return known
        found = self._source.version(board, version)
        if found is not None:
            self._remember(key, found)
        return found

    def _remember(self, key: tuple[str, int], definition: BoardDefinition) -> None:
        with self._lock:
            self._known[key] = definition
            while len(self._known) > self._capacity:
                self._known.popitem(last=False)
