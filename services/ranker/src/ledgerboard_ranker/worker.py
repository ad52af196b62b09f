"""Turn received messages into folded envelopes, and each message's fate into a verdict.

A message is done once every envelope in it is in the boards. One that cannot be read, or that names an unknown board
version, takes no batch-mate along; its other envelopes are folded all the same, since a repeat does them no harm. So it
is with facts that are not sound. A message that asks for restatements is done once the standings are drawn.

A drawing must wait for transactions that write facts. Where one stays open, what needs the drawing comes again later,
and its batch-mates are done meanwhile.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ledgerboard_contracts import (
    FactsMessage,
    RecordedMessage,
    Restatement,
    RestatementsMessage,
    SettledMessage,
    wire,
)
from ledgerboard_infra.stream import Dead, Done, Later, Message, Retry, Verdict
from ledgerboard_ledger import UnendedError
from ledgerboard_ranker.arrivals import Arrival, Outcome
from ledgerboard_ranker.ports import Restating
from ledgerboard_ranker.projection import Projection
from ledgerboard_ranker.soundness import reason_of, sound_part


@dataclass(slots=True)
class _Reading:
    """One message, as far as it could be read. ``verdict`` is there if reading it settled that already."""

    verdict: Verdict | None = None
    arrivals: Sequence[Arrival] = ()
    restatements: Sequence[Restatement] = ()
    unsound: list[str] = field(default_factory=list)
    postponed: bool = False

    @property
    def outcome(self) -> Verdict:
        """The verdict, once everything that arrived was folded."""
        if self.verdict is not None:
            return self.verdict
        for arrival in self.arrivals:
            if arrival.outcome is Outcome.UNDEFINED:
                return Retry(f"board {arrival.envelope.board!r} has no version {arrival.envelope.board_version}")
        if self.postponed or any(each.outcome is Outcome.POSTPONED for each in self.arrivals):
            return Later("a transaction that wrote facts does not end")
        return Dead(reason_of(self.unsound)) if self.unsound else Done()


class FactsHandler:
    """The consumer of ``rank``. Safe to repeat: folding an envelope again changes nothing. Thread-safe."""

    def __init__(self, projection: Projection, restating: Restating) -> None:
        self._projection = projection
        self._restating = restating

    def handle(self, batch: Sequence[Message]) -> Sequence[Verdict]:
        """Fold the batch in one round trip. Raises `UnavailableError` when boards or ledger cannot be reached."""
        readings = [_read(message) for message in batch]
        self._projection.apply([arrival for reading in readings for arrival in reading.arrivals])
        self._restate(readings)
        return [reading.outcome for reading in readings]

    def _restate(self, readings: Sequence[_Reading]) -> None:
        """Last, since it may wait; the players of a board together, and each once."""
        asked: defaultdict[str, dict[str, None]] = defaultdict(dict)
        for reading in readings:
            for each in reading.restatements:
                asked[each.board][each.player] = None
        drawn = {board: self._are_restated(board, players) for board, players in asked.items()}
        for reading in readings:
            reading.postponed = not all(drawn[each.board] for each in reading.restatements)

    def _are_restated(self, board: str, players: Iterable[str]) -> bool:
        try:
            self._restating.restate(board, players)
        except UnendedError:
            return False
        return True


def _read(received: Message) -> _Reading:
    try:
        message = wire.RANK.decode(received.body)
    except wire.NewerVersionError as error:
        return _Reading(Retry(str(error)))
    except wire.UndecodableError as error:
        return _Reading(Dead(str(error)))
    if isinstance(message, SettledMessage):
        return _Reading()  # Of an ingest from before the low-water mark: there is nothing to be done.
    if isinstance(message, RestatementsMessage):
        return _Reading(restatements=message.restatements)
    return _arrived(message)


def _arrived(message: FactsMessage | RecordedMessage) -> _Reading:
    unsound: list[str] = []
    recorded = isinstance(message, RecordedMessage)
    arrivals = [
        Arrival(part, recorded, partial=part is not envelope)
        for envelope in message.envelopes
        if (part := sound_part(envelope, unsound)) is not None
    ]
    return _Reading(arrivals=arrivals, unsound=unsound)
