"""Pack facts and rejections into as few messages as fit.

A request to SQS costs about the same whatever it carries, so one message carries the envelopes of a whole received
batch. Each part is encoded once and keeps its own id, so it does not matter which message brings it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final, cast

from msgspec import Raw

from ledgerboard_contracts import (
    MAX_MESSAGE_BYTES,
    FactEnvelope,
    FactsMessage,
    Rejection,
    RejectionsMessage,
    wire,
)
from ledgerboard_infra.sqs import OutgoingMessage

FRAME_BYTES: Final = 256
"""More than a message takes around its parts, and its attributes beside it."""

CORRELATION_ID: Final = "correlation_id"


def pack_facts(envelopes: Iterable[FactEnvelope]) -> Sequence[OutgoingMessage]:
    """The messages that carry ``envelopes``. An envelope larger than a message should be travels alone."""
    encoded = {wire.encode(envelope).encode(): envelope.correlation_id for envelope in envelopes}
    return [_facts_message(parcel, {encoded[part] for part in parcel}) for parcel in fill(encoded)]


def pack_rejections(judged: Iterable[tuple[str, Sequence[Rejection]]]) -> Sequence[OutgoingMessage]:
    """The messages that carry rejections, given by correlation id. One message never mixes two correlation ids."""
    by_correlation: defaultdict[str, list[bytes]] = defaultdict(list)
    for correlation_id, rejections in judged:
        by_correlation[correlation_id].extend(wire.encode(rejection).encode() for rejection in rejections)
    return [
        _rejections_message(parcel, correlation_id)
        for correlation_id, parts in by_correlation.items()
        for parcel in fill(parts)
    ]


def fill(parts: Iterable[bytes], limit_bytes: int = MAX_MESSAGE_BYTES - FRAME_BYTES) -> Sequence[Sequence[bytes]]:
    """Divide ``parts`` into parcels of at most ``limit_bytes``, the comma after each included.

    The largest goes first, each into the first parcel with room for it: first-fit decreasing, which takes at most 11/9
    of the fewest possible parcels and one more (Johnson 1973).
    """
    parcels: list[list[bytes]] = []
    rooms: list[int] = []
    for part in sorted(parts, key=len, reverse=True):
        size_bytes = len(part) + 1
        index = next((index for index, room in enumerate(rooms) if room >= size_bytes), None)
        if index is None:
            parcels.append([part])
            rooms.append(limit_bytes - size_bytes)
        else:
            parcels[index].append(part)
            rooms[index] -= size_bytes
    return parcels


def _facts_message(parcel: Sequence[bytes], correlation_ids: set[str]) -> OutgoingMessage:
    message = FactsMessage(envelopes=cast("tuple[FactEnvelope, ...]", _spliced(parcel)))
    attributes = {CORRELATION_ID: correlation_ids.pop()} if len(correlation_ids) == 1 else {}
    return OutgoingMessage(wire.encode(message), attributes)


def _rejections_message(parcel: Sequence[bytes], correlation_id: str) -> OutgoingMessage:
    rejections = cast("tuple[Rejection, ...]", _spliced(parcel))
    message = RejectionsMessage(rejections=rejections, correlation_id=correlation_id)
    return OutgoingMessage(wire.encode(message), {CORRELATION_ID: correlation_id})


def _spliced(parcel: Sequence[bytes]) -> tuple[Raw, ...]:
    """Parts that are copied as they are: encoding the message around them costs a copy, not a second encoding."""
    return tuple(Raw(part) for part in parcel)
