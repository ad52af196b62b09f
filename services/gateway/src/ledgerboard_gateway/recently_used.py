"""A bounded map that forgets first what was not used for longest.

So whoever fills it with keys of their own only drives out what nobody asks for: what is asked for all the time stays.
"""

import threading
from collections import OrderedDict
from contextlib import suppress
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class RecentlyUsed(Generic[K, V]):
    """Thread-safe. A look-up takes no lock: each of its two steps is one of the interpreter's own."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._entries: OrderedDict[K, V] = OrderedDict()
        self._changing = threading.Lock()

    def __contains__(self, key: K) -> bool:
        """Whether there is a value under ``key``. To ask is no use of it."""
        return key in self._entries

    def get(self, key: K) -> V | None:
        """The value under ``key``, which is now the last to be forgotten; or None."""
        value = self._entries.get(key)
        if value is not None:
            with suppress(KeyError):  # It was forgotten in this very moment, and is as good as it was.
                self._entries.move_to_end(key)
        return value

    def put(self, key: K, value: V) -> None:
        """Keep ``value``, and forget what was not used for longest where that is one too many."""
        with self._changing:
            self._entries[key] = value
            self._entries.move_to_end(key)
            if len(self._entries) > self._capacity:
                self._entries.popitem(last=False)
