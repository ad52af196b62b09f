"""Hot tops: rendered tops kept in this process, so that reading a hot page costs no round trip.

A kept top is served only while announcements are being heard, and only if none of those heard names a newer version:
what a read gets was, when that read began, the newest that this process could know of.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from threading import Lock
from typing import Final, Protocol

from ledgerboard_boards.hot_slot import Flight, Slot
from ledgerboard_boards.keys import Keyspace
from ledgerboard_boards.tops import CachedTop, UnchangedTop
from ledgerboard_contracts import BoardOptions, View

FRESH_SECONDS: Final = 1.0
"""How long a top is served without asking, announced or not. A change below the top is not announced, so this is also
how old ``total`` may be; and an announcement that got lost somewhere does no harm for longer."""

REBUILD_SECONDS: Final = 0.01
"""How often one view is asked for at most, however often its top changes. Readers of such a view wait so long, so it is
little beside their own way here; and many times what asking and rendering take, so no hot view keeps a core busy."""

CAPACITY: Final = 2_000
"""How many views are kept; a rendered top has some 12 KB."""


class Tops(Protocol):
    """The rendered tops in Redis."""

    def top(self, view: View, options: BoardOptions) -> CachedTop:
        """The top of now."""
        ...

    def top_since(self, view: View, options: BoardOptions, version: int) -> CachedTop | UnchangedTop:
        """The top of now, unless it is still that of ``version``."""
        ...


class HotTops:
    """The tops that this process reads most. Thread-safe, bounded, one question a view at a time.

    It keeps nothing until it is told that announcements are heard, and forgets everything when they no longer are. What
    is forgotten first is what was first kept: a hot view is back with its next read.
    """

    def __init__(
        self,
        tops: Tops,
        stage: str,
        *,
        capacity: int = CAPACITY,
        rebuild_seconds: float = REBUILD_SECONDS,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._tops = tops
        self._keyspace = Keyspace(stage)
        self._capacity = capacity
        self._rebuild_seconds = rebuild_seconds
        self._clock = clock
        self._pause = pause
        self._lock = Lock()
        self._listening = False
        self._slots: dict[View, Slot] = {}
        self._by_key: dict[bytes, Slot] = {}

    def top(self, view: View, options: BoardOptions) -> CachedTop:
        """The rendered top, no older than what was announced before this call. Raises what the reader raises."""
        slot = self._slots.get(view)
        if slot is None or slot.options is not options:
            slot = self._slot(view, options)
        kept = slot.serves(self._clock()) if self._listening else None
        if kept is not None:
            return kept
        top, is_newest = self._ride(slot)
        return top if is_newest else self._ride(slot)[0]  # The second flight began after this call did.

    def kept(self, view: View, options: BoardOptions) -> CachedTop | None:
        """What `top` would tell without asking anybody, or None where it would have to ask."""
        slot = self._slots.get(view)
        if slot is None or slot.options is not options or not self._listening:
            return None
        return slot.serves(self._clock())

    def connected(self) -> None:
        """From now on every change is announced here."""
        self._forget(listening=True)

    def lost(self) -> None:
        """Changes may go unheard from now on."""
        self._forget(listening=False)

    def heard(self, top_key: bytes, version: int) -> None:
        """The top under that key has changed, and has this version now."""
        slot = self._by_key.get(top_key)
        if slot is not None:
            with slot.lock:
                slot.hear(version)

    def moved(self, board: str) -> None:
        """Another generation of that board is read from now on: forget what was kept of the former one."""
        with self._lock:
            for view in [view for view in self._slots if view.board == board]:
                del self._by_key[self._slots.pop(view).top_key]

    def _forget(self, *, listening: bool) -> None:
        """A flight that is under way ends in a slot that nobody finds any more."""
        with self._lock:
            self._listening = False
            self._slots, self._by_key = {}, {}
            self._listening = listening

    def _ride(self, slot: Slot) -> tuple[CachedTop, bool]:
        """The top that a flight brings, and whether it is the newest that was known of when this call began."""
        with slot.lock:
            listening, needed = self._listening, slot.announced
            kept = slot.serves(self._clock()) if listening else None
            if kept is not None:
                return kept, True
            flight, leads = slot.join()
            asks_later = not flight.asking
        top = self._lead(slot, flight) if leads else flight.answer.result()
        return top, asks_later or (listening and top.version >= needed)

    def _lead(self, slot: Slot, flight: Flight) -> CachedTop:
        try:
            self._await_turn(slot)
            with slot.lock:
                now = self._clock()
                slot.take_off(flight, now)
            top = self._ask(slot)
        except BaseException as error:
            with slot.lock:
                slot.crash()
            flight.answer.set_exception(error)
            raise
        with slot.lock:
            slot.land(flight, top, now + FRESH_SECONDS)
        flight.answer.set_result(top)
        return top

    def _await_turn(self, slot: Slot) -> None:
        """Let changes that follow each other closely be read together."""
        wait_seconds = slot.asked_at + self._rebuild_seconds - self._clock()
        if self._listening and wait_seconds > 0:
            self._pause(wait_seconds)

    def _ask(self, slot: Slot) -> CachedTop:
        kept = slot.kept
        if kept is None:
            return self._tops.top(slot.view, slot.options)
        found = self._tops.top_since(slot.view, slot.options, kept.top.version)
        return found if isinstance(found, CachedTop) else replace(kept.top, total=found.total)

    def _slot(self, view: View, options: BoardOptions) -> Slot:
        with self._lock:
            slot = self._slots.get(view)
            if slot is not None and slot.options == options:
                slot.options = options  # Equal, but another object: the next look-up compares identities.
                return slot
            slot = Slot(view, options, self._keyspace.of(view).top)
            previous = self._by_key.get(slot.top_key)
            if previous is not None:  # Of other options, or of a calendar that gives the same key other bounds.
                del self._slots[previous.view]
            self._slots[view] = self._by_key[slot.top_key] = slot
            while len(self._slots) > self._capacity:
                oldest = self._slots.pop(next(iter(self._slots)))
                del self._by_key[oldest.top_key]
            return slot
