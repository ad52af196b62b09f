"""Turn received messages into folded envelopes, and each message's fate into a verdict.

A message is done once every envelope in it is in the boards. One that cannot be read, or that names an unknown board
version, takes no batch-mate along; its other envelopes are folded all the same, since a repeat does them no harm. A
message that says which envelopes are settled is done once their marks were told.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from ledgerboard_boards import Mark
from ledgerboard_contracts import FactsMessage, SettledMessage, wire
from ledgerboard_infra.stream import Dead, Done, Message, Retry, Verdict
from ledgerboard_ranker.projection import Outcome, Projection

_MOST_MESSAGES: Final = 1000
"""More than lanes could have in hand."""


class FactsHandler:
    """The consumer of ``rank``. Safe to repeat: folding an envelope again changes nothing. Thread-safe."""

    def __init__(self, projection: Projection) -> None:
        self._projection = projection
        self._marks = _MarksInHand()

    def handle(self, batch: Sequence[Message]) -> Sequence[Verdict]:
        """Fold the batch in one round trip. Raises `UnavailableError` when boards or definitions cannot be reached."""
        read = [_read(message.body) for message in batch]
        envelopes = [envelope for each in read if isinstance(each, FactsMessage) for envelope in each.envelopes]
        outcomes = iter(self._projection.apply(envelopes))
        verdicts = [_verdict(each, outcomes) for each in read]
        self._settle([each for each in read if isinstance(each, SettledMessage)])
        for message, content, verdict in zip(batch, read, verdicts, strict=True):
            if isinstance(content, FactsMessage) and isinstance(verdict, Done):
                self._marks.keep(message.message_id, self._projection.marks_of(content.envelopes))
        return verdicts

    def _settle(self, messages: Sequence[SettledMessage]) -> None:
        envelopes = [envelope for message in messages for envelope in message.envelopes]
        if envelopes:
            self._projection.settled(envelopes)

    def acknowledged(self, batch: Sequence[Message]) -> None:
        """Tell the marks of messages that these are deleted. Raises `UnavailableError` when the boards are down."""
        marks = [mark for message in batch for mark in self._marks.take(message.message_id)]
        if marks:
            self._projection.acknowledged(marks)


class _MarksInHand:
    """The marks of messages that are done and not yet deleted, by message id.

    A message that is never deleted leaves them here: so the oldest go when there are too many.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._marks: OrderedDict[str, Sequence[Mark]] = OrderedDict()

    def keep(self, message_id: str, marks: Sequence[Mark]) -> None:
        if not marks:
            return
        with self._lock:
            self._marks[message_id] = marks
            if len(self._marks) > _MOST_MESSAGES:
                self._marks.popitem(last=False)

    def take(self, message_id: str) -> Sequence[Mark]:
        with self._lock:
            return self._marks.pop(message_id, ())


def _read(body: str) -> FactsMessage | SettledMessage | Verdict:
    try:
        return wire.RANK.decode(body)
    except wire.NewerVersionError as error:
        return Retry(str(error))
    except wire.UndecodableError as error:
        return Dead(str(error))


def _verdict(message: FactsMessage | SettledMessage | Verdict, outcomes: Iterator[Outcome]) -> Verdict:
    """What the next ``outcomes``, one for each fact envelope of ``message``, mean for it."""
    if isinstance(message, SettledMessage):
        return Done()
    if not isinstance(message, FactsMessage):
        return message
    fates = zip(message.envelopes, list(islice(outcomes, len(message.envelopes))), strict=True)
    for envelope, outcome in fates:
        if outcome is Outcome.UNDEFINED:
            return Retry(f"board {envelope.board!r} has no version {envelope.board_version}")
    return Done()
