"""What a kind of fault is. The kinds themselves stand in `benchmarks.chaos.faults`, by what they strike at."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.chaos.plan import Fault
    from benchmarks.chaos.world import World

Steps = Iterator[float]
"""A fault as it happens: it yields after how many seconds it goes on. What comes last mends what can be mended."""


class SkippedError(Exception):
    """The fault cannot happen now: what it strikes at is down already, or nobody answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of fault.

    ``does`` says what happens, ``shows`` what a correct system shows then: both are the documentation. In an hour of
    all kinds it happens ``per_hour`` times, for a time between ``seconds``. ``targets`` names what it is aimed at.
    Faults that share a word of ``excludes`` never happen at once. ``needs`` says what must be given or allowed.
    """

    name: str
    does: str
    shows: str
    per_hour: float
    act: "Callable[[World, Fault], Steps]"
    seconds: tuple[float, float] = (0.0, 0.0)
    targets: str = ""
    excludes: str = ""
    needs: str = ""
