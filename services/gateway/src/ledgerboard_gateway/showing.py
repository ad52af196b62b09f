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
    BoardDefinition,
    BoardOptions,
    Fact,
    Order,
    Standing,
    Submission,
    View,
    derived_envelope_id,
    views_of,
)
from ledgerboard_gateway.parcels import Parcel
from ledgerboard_gateway.settings import WaitSettings
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_ledger import Recorded, Rejected

_FIRST_LOOK_SECONDS: Final = 0.02
_LAST_LOOK_SECONDS: Final = 0.5
"""The ledger is asked that soon, and then each time after twice the time, up to the second."""


class Boards(Protocol):
    """The live boards. Raises `UnavailableError` when they are down."""

    def standings_of(self, player: str, views: Sequence[tuple[View, BoardOptions]]) -> Sequence[Standing | None]:
        """One player's places."""
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
        boards: Boards,
        ledger: Ledger,
        folds: Folds,
        settings: WaitSettings,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._boards = boards
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
                yield Seat(self._boards, self._ledger, self._folds, seconds, self._pause)
        finally:
            self._free.release()


class Seat:
    """What one request waits for. First `before` sending, then `outcome`."""

    def __init__(
        self, boards: Boards, ledger: Ledger, folds: Folds, seconds: int, pause: Callable[[float], None]
    ) -> None:
        self.seconds: Final = seconds
        self._boards = boards
        self._ledger = ledger
        self._folds = folds
        self._pause = pause
        self._views: Sequence[tuple[View, BoardOptions]] = ()
        self._previous: Sequence[Standing | None] | None = None

    def before(self, submission: Submission, definition: BoardDefinition) -> None:
        """Note where the player stands. An outage only means that there is nothing to wait for."""
        options = definition.options
        self._views = [(view, options) for view in views_of(submission.board, _fact(submission), options)]
        try:
            self._previous = self._boards.standings_of(submission.player, self._views)
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
            return self._shown(submission.player, self._previous) if isinstance(known, Recorded) else known
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

    def _shown(self, player: str, previous: Sequence[Standing | None]) -> Sequence[ShownView]:
        now = self._boards.standings_of(player, self._views)
        return [
            ShownView(view, standing, before, _improved(standing, before, options))
            for (view, options), standing, before in zip(self._views, now, previous, strict=True)
            if standing is not None
        ]


def _improved(now: Standing, before: Standing | None, options: BoardOptions) -> bool:
    if before is None:
        return True
    if now.score == before.score:
        return now.rank < before.rank
    return (now.score > before.score) is (options.order is Order.DESC)


def _fact(submission: Submission) -> Fact:
    return Fact(
        event_id=submission.event_id,
        player=submission.player,
        score=submission.score,
        occurred_at=submission.occurred_at,
        level=submission.level,
        attributes=submission.attributes,
        session=submission.session,
    )
