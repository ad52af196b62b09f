"""Tell the ranker what the ledger recorded that the boards cannot know by themselves.

It is told after the commit and before the message is acknowledged: a crash in between tells it again, and the ranker
forgives repeats. So it is told at least once.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Protocol, TypeVar

from ledgerboard_contracts import (
    MAX_MESSAGE_BYTES,
    FactEnvelope,
    RecordedMessage,
    Restatement,
    RestatementsMessage,
    wire,
)
from ledgerboard_history.metrics import HistoryMetrics
from ledgerboard_infra.sqs import OutgoingMessage

T = TypeVar("T")

_FRAME_BYTES: Final = 256
"""More than a message takes around its parts, and its attributes beside it."""

_CORRELATION_ID: Final = "correlation_id"


class Sender(Protocol):
    """The queue ``rank``."""

    def send(self, messages: Sequence[OutgoingMessage], /) -> None:
        """Return when all messages were acknowledged; raise `UnavailableError` otherwise."""


class Telling:
    """Sends to ``rank``. Every method is safe to repeat and raises `UnavailableError` if it was not acknowledged."""

    def __init__(self, rank: Sender, metrics: HistoryMetrics) -> None:
        self._rank = rank
        self._metrics = metrics

    def recorded(self, envelopes: Sequence[FactEnvelope]) -> None:
        """These facts were recorded, and the boards may have been drawn without them."""
        self._send([OutgoingMessage(wire.encode(RecordedMessage(envelopes=each)), {}) for each in parcels(envelopes)])
        self._metrics.told.labels("recorded").inc(sum(len(each.facts) for each in envelopes))

    def restatements(self, restatements: Sequence[Restatement], correlation_id: str) -> None:
        """These standings are to be drawn again."""
        messages = [
            RestatementsMessage(restatements=each, correlation_id=correlation_id) for each in parcels(restatements)
        ]
        self._send([OutgoingMessage(wire.encode(each), {_CORRELATION_ID: correlation_id}) for each in messages])
        self._metrics.told.labels("restatement").inc(len(restatements))

    def _send(self, messages: Sequence[OutgoingMessage]) -> None:
        if messages:
            self._rank.send(messages)


def parcels(parts: Iterable[T], limit_bytes: int = MAX_MESSAGE_BYTES - _FRAME_BYTES) -> Iterator[tuple[T, ...]]:
    """``parts`` in their order, each parcel as large as a message may be. What is larger by itself travels alone."""
    parcel: list[T] = []
    size_bytes = 0
    for part in parts:
        part_bytes = len(wire.encode(part).encode()) + 1
        if parcel and size_bytes + part_bytes > limit_bytes:
            yield tuple(parcel)
            parcel, size_bytes = [], 0
        parcel.append(part)
        size_bytes += part_bytes
    if parcel:
        yield tuple(parcel)
