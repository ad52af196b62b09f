"""Wait until the boards show a submission, and tell where its player stands now.

A fold names an envelope, in which other requests' submissions travel too, so it does not tell that this very one was
accepted. The ledger does, and it tells of a rejection as well: who waits, waits for both.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Final, Protocol
from uuid import UUID

from ledgerboard_contracts import (
    BoardOptions,
    Order,
    Standing,
    Submission,
    View,
    derived_envelope_id,
)
from ledgerboard_gateway.parcels import Parcel
from ledgerboard_gateway.places import Places
from ledgerboard_gateway.settings import WaitSettings
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_ledger import Recorded, Rejected

_FIRST_LOOK_SECONDS: Final = 0.02
_LAST_LOOK_SECONDS: Final = 0.5
"""The ledger is asked that soon, and then each time after twice the time, up to the second."""


class PlacesOfPlays(Protocol):
    """Where players stand. Raises `UnavailableError` where the boards cannot tell."""

    def of(self, submission: Submission) -> Places:
        """The player's place in every view that the submission counts in."""
        ...


class Ledger(Protocol):
    """The record of events. Raises `UnavailableError` when it is down."""

    def event(self, event_id: UUID) -> Recorded | Rejected | None:
        """What the ledger knows of an event."""
        ...


class Folds(Protocol):
    """What is heard of folded envelopes."""

    @property
    def is_listening(self) -> bool:
        """Whether anything is heard."""
        ...

    def watching(self) -> AbstractContextManager[None]:
        """Remember what is told within the block."""
        ...

    def wait(self, envelope_id: UUID, timeout_seconds: float) -> bool:
        """Whether the envelope was folded within that time."""
        ...


@dataclass(frozen=True, slots=True)
class ShownView:
    """The player's place in a view that the play counts in, and the one held when it was sent, if any.

    ``improved``: it is the first place there, or the score is better, or it is the same and the rank is better.
    """

    view: View
    standing: Standing
    previous: Standing | None
    improved: bool


class Showing:
    """Lets a bounded number of requests wait. Whoever finds no seat is answered without waiting."""

    def __init__(
        self,
        places: PlacesOfPlays,
        ledger: Ledger,
        folds: Folds,
        settings: WaitSettings,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._places = places
        self._ledger = ledger
        self._folds = folds
        self._settings = settings
        self._pause = pause
        self._free = threading.BoundedSemaphore(settings.requests)

    @contextmanager
    def seat(self, wanted_seconds: int) -> "Iterator[Seat | None]":
        """A seat for one submission, to be taken before it is sent; or None."""
        seconds = min(wanted_seconds, self._settings.seconds)
        if not seconds or not self._folds.is_listening or not self._free.acquire(blocking=False):
            yield None
            return
        try:
            with self._folds.watching():
                yield Seat(self._places, self._ledger, self._folds, seconds, self._pause)
        finally:
            self._free.release()


class Seat:
    """What one request waits for. First `before` sending, then `outcome`."""

    def __init__(
        self,
        places: PlacesOfPlays,
        ledger: Ledger,
        folds: Folds,
        seconds: int,
        pause: Callable[[float], None],
    ) -> None:
        self.seconds: Final = seconds
        self._places = places
        self._ledger = ledger
        self._folds = folds
        self._pause = pause
        self._previous: Places | None = None

    def before(self, submission: Submission) -> None:
        """Note where the player stands. An outage only means that there is nothing to wait for."""
        try:
            self._previous = self._places.of(submission)
        except UnavailableError:
            self._previous = None

    def outcome(self, parcel: Parcel) -> Sequence[ShownView] | Rejected | None:
        """The player's places with the play, its rejection, or None where neither was known in time."""
        (submission,) = parcel.submissions
        if self._previous is None or parcel.envelope_id is None:
            return None
        envelope_id = derived_envelope_id(parcel.envelope_id, submission.board, submission.board_version)
        try:
            known = self._known(envelope_id, submission.event_id)
            return _shown(self._places.of(submission), self._previous) if isinstance(known, Recorded) else known
        except UnavailableError:
            return None

    def _known(self, envelope_id: UUID, event_id: UUID) -> Recorded | Rejected | None:
        deadline = time.monotonic() + self.seconds
        look_seconds, is_folded = _FIRST_LOOK_SECONDS, False
        while (left_seconds := deadline - time.monotonic()) > 0:
            if is_folded:
                self._pause(min(look_seconds, left_seconds))
            elif self._folds.wait(envelope_id, min(look_seconds, left_seconds)):
                look_seconds, is_folded = _FIRST_LOOK_SECONDS, True
            known = self._ledger.event(event_id)
            if isinstance(known, Rejected) or (known is not None and is_folded):
                return known
            look_seconds = min(2 * look_seconds, _LAST_LOOK_SECONDS)
        return None


def _shown(now: Places, before: Places) -> Sequence[ShownView]:
    shown = []
    for where, place in now.items():
        previous = before[where].standing if where in before else None
        if place.standing is not None:
            improved = _improved(place.standing, previous, place.options)
            shown.append(ShownView(place.view, place.standing, previous, improved))
    return shown


def _improved(now: Standing, before: Standing | None, options: BoardOptions) -> bool:
    if before is None:
        return True
    if now.score == before.score:
        return now.rank < before.rank
    return (now.score > before.score) is (options.order is Order.DESC)
