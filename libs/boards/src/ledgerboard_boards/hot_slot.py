"""What a process knows of one hot view: the kept top, what was announced, and the flight under way.

A flight is one question to Redis that many readers wait for. One that asked before an announcement may bring the older
top, so who came after the announcement compares versions instead of trusting it.
"""

from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Lock

from ledgerboard_boards.tops import CachedTop
from ledgerboard_contracts import BoardOptions, View


@dataclass(frozen=True, slots=True)
class Kept:
    """A top, and until when it may be served without asking (seconds of the monotonic clock)."""

    top: CachedTop
    fresh_until: float


@dataclass(slots=True, eq=False)
class Flight:
    """One question. ``asking`` once Redis may have begun to answer; ``heard`` is the slot's count of then."""

    answer: Future[CachedTop] = field(default_factory=Future)
    asking: bool = False
    heard: int = 0


class Slot:
    """One view. Whoever calls a method holds ``lock``, except for `serves`, which reads ``kept`` before ``announced``.

    ``announced`` is the newest version that was heard of, ``asked_at`` when Redis was last asked.
    """

    def __init__(self, view: View, options: BoardOptions, top_key: bytes) -> None:
        self.view = view
        self.options = options
        self.top_key = top_key
        self.lock = Lock()
        self.kept: Kept | None = None
        self.announced = 0
        self.asked_at = float("-inf")
        self._heard = 0
        self._flight: Flight | None = None

    def serves(self, now: float) -> CachedTop | None:
        """The kept top, if nothing newer was announced and it is still fresh."""
        kept = self.kept
        if kept is None or kept.top.version < self.announced or now >= kept.fresh_until:
            return None
        return kept.top

    def hear(self, version: int) -> None:
        """The top has that version now."""
        self._heard += 1
        self.announced = max(self.announced, version)

    def join(self) -> tuple[Flight, bool]:
        """The flight under way or a new one, and whether it is the caller's to lead."""
        flight = self._flight
        if flight is not None:
            return flight, False
        self._flight = flight = Flight()
        return flight, True

    def take_off(self, flight: Flight, now: float) -> None:
        """From here on, an announcement may be newer than what the flight brings."""
        flight.asking, flight.heard, self.asked_at = True, self._heard, now

    def land(self, flight: Flight, top: CachedTop, fresh_until: float) -> None:
        """Keep what the flight brought.

        Where nothing was announced meanwhile, it is the newest there is, even if a server that lost its data counts
        versions from behind what was announced before.
        """
        if flight.heard == self._heard:
            self.announced = min(self.announced, top.version)
        self.kept, self._flight = Kept(top, fresh_until), None

    def crash(self) -> None:
        """The flight failed: the next reader asks anew."""
        self._flight = None
