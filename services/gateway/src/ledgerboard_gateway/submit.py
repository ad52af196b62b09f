"""Accept submissions: stamp each once, put it on the queue, say what became of it.

The stamps made here - event id, moment, board version - are the only ones an event ever gets, so every later step and
every redelivery agrees on them. Ranking and recording happen elsewhere: with every worker stopped this still accepts.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from ledgerboard_contracts import BoardDefinition, Source, Submission
from ledgerboard_gateway.parcels import Parcel, pack
from ledgerboard_infra.clock import Clock


@dataclass(frozen=True, slots=True)
class Ask:
    """A score as it was asked for, already checked for shape."""

    board: str
    player: str
    score: int
    level: str | None = None
    attributes: dict[str, Any] | None = None
    session: str | None = None
    source: Source = Source.SERVER

    def stamped(self, event_id: UUID, board_version: int, occurred_at: datetime) -> Submission:
        """The submission that it becomes."""
        return Submission(
            event_id=event_id,
            board=self.board,
            board_version=board_version,
            player=self.player,
            score=self.score,
            occurred_at=occurred_at,
            level=self.level,
            attributes=self.attributes,
            session=self.session,
            source=self.source,
        )


Before = Callable[[Submission], None]
"""Is told of a submission that is about to be sent."""


class Definitions(Protocol):
    """Current board definitions. ``ensure`` makes an unknown board with the default options.

    Raises `UnavailableError` where the board is not known here and its record cannot be asked.
    """

    def ensure(self, board: str) -> BoardDefinition:
        """The current definition; an unknown board is made."""
        ...


class Publisher(Protocol):
    """Returns when each parcel has an outcome. Raises `BufferFullError` and then took none."""

    def publish(self, parcels: Sequence[Parcel]) -> None:
        """Hand over, and wait."""
        ...


class Keyed(Protocol):
    """A request that names itself, so that what it sends was fixed when it was first sent."""

    def parcels(self, asks: Sequence[Ask], version_of: Callable[[str], int], correlation_id: str) -> list[Parcel]:
        """The same parcels each time."""
        ...

    def sent(self, parcels: Sequence[Parcel]) -> None:
        """Take note of what became of them."""
        ...


class Submissions:
    """The way onto the queue. A submission that comes back ``ACKNOWLEDGED`` is stored by the queue, no other is."""

    def __init__(
        self,
        definitions: Definitions,
        publisher: Publisher,
        clock: Clock,
        new_event_id: Callable[[datetime], UUID],
    ) -> None:
        self._definitions = definitions
        self._publisher = publisher
        self._clock = clock
        self._new_event_id = new_event_id

    def submit(
        self, asks: Sequence[Ask], correlation_id: str, before: Before | None = None, keyed: Keyed | None = None
    ) -> list[Parcel]:
        """Parcels with the submissions of ``asks`` in their order, each parcel with its outcome.

        ``before`` is told of each submission just before it is sent.

        Raises `BufferFullError` or `UnavailableError` before anything was sent.
        """
        if keyed is None:
            parcels = self._parcels(asks, correlation_id)
        else:
            parcels = keyed.parcels(asks, self._version, correlation_id)
        if before is not None:
            for submission in (each for parcel in parcels for each in parcel.submissions):
                before(submission)
        self._publisher.publish(parcels)
        if keyed is not None:
            keyed.sent(parcels)
        return parcels

    def _parcels(self, asks: Sequence[Ask], correlation_id: str) -> list[Parcel]:
        versions = {board: self._version(board) for board in {ask.board for ask in asks}}
        return pack([self._stamp(ask, versions[ask.board]) for ask in asks], correlation_id)

    def _version(self, board: str) -> int:
        return self._definitions.ensure(board).version

    def _stamp(self, ask: Ask, version: int) -> Submission:
        now = self._clock.now()
        return ask.stamped(self._new_event_id(now), version, now)
