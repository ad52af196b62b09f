"""How long to wait before the next try.

Delays double up to a bound, and half of each is chance: replicas that failed together must not come back together.
"""

from collections.abc import Callable
from random import random
from typing import Final

_LARGEST_EXPONENT: Final = 32


class Backoff:
    """Delays for the first, second, ... retry. Stateless, so one serves any number of callers."""

    def __init__(self, *, base_seconds: float, max_seconds: float, chance: Callable[[], float] = random) -> None:
        self._base_seconds = base_seconds
        self._max_seconds = max_seconds
        self._chance = chance

    def delay_seconds(self, attempt: int) -> float:
        """Between half and all of ``base * 2 ** (attempt - 1)``, bounded; ``attempt`` counts from 1."""
        exponent = min(max(attempt, 1) - 1, _LARGEST_EXPONENT)
        whole = min(self._base_seconds * float(2**exponent), self._max_seconds)
        return whole * (0.5 + self._chance() / 2)
