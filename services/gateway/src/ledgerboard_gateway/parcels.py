"""Parcels: what one request asks to be sent together, and the envelope that carries several of them.

A parcel is never divided: its submissions are acknowledged together or not at all. A request that is larger than an
envelope is cut into several parcels first.
"""

import threading
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Final
from uuid import UUID

from ledgerboard_contracts import MAX_MESSAGE_BYTES, Submission, SubmissionEnvelope, wire
from ledgerboard_infra.sqs import OutgoingMessage

ENVELOPE_BYTES: Final = 512
"""More than an envelope without submissions takes."""


class Outcome(StrEnum):
    """What became of a parcel. Doubles as the ``outcome`` label of ``gateway_parcels_total``."""

    ACKNOWLEDGED = "acknowledged"
    """The queue stored the envelope that carries it."""
    WITHDRAWN = "withdrawn"
    """Its request gave up while it was still buffered; it was never sent and never will be."""
    UNACKNOWLEDGED = "unacknowledged"
    """It was sent, and no acknowledgement came in time: the queue may hold it or not."""


class Parcel:
    """Submissions of one request, and what became of them.

    A keyed one knows its envelope from the beginning, and nothing else travels in it. Everything but waiting happens
    under the publisher's lock.
    """

    __slots__ = (
        "_done", "correlation_id", "envelope_id", "is_keyed", "outcome", "size_bytes", "submissions", "taken",
    )  # fmt: skip

    def __init__(
        self,
        submissions: tuple[Submission, ...],
        size_bytes: int,
        correlation_id: str,
        envelope_id: UUID | None = None,
    ) -> None:
        self.submissions = submissions
        self.size_bytes = size_bytes
        self.correlation_id = correlation_id
        self.envelope_id = envelope_id
        self.is_keyed = envelope_id is not None
        self.outcome: Outcome | None = None
        self.taken = False
        self._done = threading.Lock()  # A bare lock, since an Event costs a request several times as much.
        self._done.acquire()

    def wait(self, timeout_seconds: float) -> bool:
        """Whether the parcel was settled within the time."""
        return self._done.acquire(timeout=max(0.0, timeout_seconds))

    def wake(self) -> None:
        """Let the request go on: the outcome is there."""
        self._done.release()


def pack(submissions: Sequence[Submission], correlation_id: str) -> list[Parcel]:
    """Cut a request into as few parcels as fit one envelope each, in order."""
    return [Parcel(part, size_bytes, correlation_id) for part, size_bytes in _cut(submissions)]


def keyed_parcel(submissions: tuple[Submission, ...], envelope_id: UUID, correlation_id: str) -> Parcel:
    """A parcel that fills an envelope of its own."""
    return Parcel(submissions, sum(map(_size_bytes, submissions)), correlation_id, envelope_id)


def _size_bytes(submission: Submission) -> int:
    return len(wire.encode(submission).encode()) + 1  # The comma.


def _cut(submissions: Sequence[Submission]) -> Iterator[tuple[tuple[Submission, ...], int]]:
    part: list[Submission] = []
    total_bytes = 0
    for submission in submissions:
        size_bytes = _size_bytes(submission)
        if part and total_bytes + size_bytes > MAX_MESSAGE_BYTES - ENVELOPE_BYTES:
            yield tuple(part), total_bytes
            part, total_bytes = [], 0
        part.append(submission)
        total_bytes += size_bytes
    yield tuple(part), total_bytes


def seal(parcels: Sequence[Parcel], envelope_id: UUID) -> OutgoingMessage:
    """The message that carries ``parcels`` in one envelope."""
    correlation_ids = {parcel.correlation_id for parcel in parcels}
    correlation_id = correlation_ids.pop() if len(correlation_ids) == 1 else str(envelope_id)
    for parcel in parcels:
        parcel.envelope_id = envelope_id
    envelope = SubmissionEnvelope(
        envelope_id=envelope_id,
        correlation_id=correlation_id,
        submissions=tuple(submission for parcel in parcels for submission in parcel.submissions),
        keyed=any(parcel.is_keyed for parcel in parcels),
    )
    return OutgoingMessage(body=wire.encode(envelope), attributes={"correlation_id": correlation_id})
