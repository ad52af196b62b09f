"""Tell in which shape a dead letter can be sent again, if in any.

What cannot be read today is not sent: it would only come back. A part of an envelope goes in an envelope of its own,
whose id is made of both: boards that total would take the old id for what they know, and a second replay of the same
letter must not look like another one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid5

import msgspec

from ledgerboard_contracts import wire
from ledgerboard_contracts.queues import HISTORY, RANK, SUBMISSIONS

_NO_ENVELOPE: Final = UUID("7a1f0a3e-8a3b-5d0e-9c55-6f1f4c0a9d11")
"""Stands for the envelope of a letter that does not tell it."""

_CODECS: Final[Mapping[str, wire.Codec[object]]] = {RANK.name: wire.RANK, HISTORY.name: wire.HISTORY}  # type: ignore[dict-item]  # Only whether it decodes is asked.


class Shape(StrEnum):
    """How a dead letter can go again."""

    AS_IS = "as-is"
    WRAPPED = "wrapped"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Resending:
    """The shape, the body to send, and for `Shape.NEVER` what stands against it."""

    shape: Shape
    body: str
    obstacle: str | None = None


def resending(queue: str, body: str, attributes: Mapping[str, str]) -> Resending:
    """How a letter from the dead letters of ``queue`` can be sent to ``queue``. Pure; equal letters go equally."""
    if queue == SUBMISSIONS.name:
        return _submissions(body, attributes)
    codec = _CODECS.get(queue)
    if codec is None:  # Jobs are no messages of ours to read.
        return Resending(Shape.AS_IS, body)
    try:
        codec.decode(body)
    except wire.UndecodableError as error:
        return Resending(Shape.NEVER, body, str(error))
    except wire.NewerVersionError:
        pass  # A replica that is upgraded meanwhile will understand it.
    return Resending(Shape.AS_IS, body)


def _submissions(body: str, attributes: Mapping[str, str]) -> Resending:
    try:
        wire.decode_submissions(body)
    except wire.UndecodableError as error:
        return _wrapped(body, attributes) or Resending(Shape.NEVER, body, str(error))
    except wire.NewerVersionError:
        pass
    return Resending(Shape.AS_IS, body)


def _wrapped(body: str, attributes: Mapping[str, str]) -> Resending | None:
    """The envelope of a single submission, or None for what is none."""
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if not isinstance(document, dict) or "type" in document:
        return None
    envelope_id = uuid5(_envelope_id(attributes), body)
    envelope = {
        "envelope_id": envelope_id,
        "correlation_id": attributes.get("correlation_id", str(envelope_id)),
        "submissions": [msgspec.Raw(body.encode())],
        "type": "ledgerboard.submissions",
        "version": 1,
    }
    wrapped = wire.encode(envelope)
    try:
        _, broken = wire.decode_submissions(wrapped)
    except wire.UndecodableError as error:
        return Resending(Shape.NEVER, body, str(error))
    if broken:
        return Resending(Shape.NEVER, body, broken[0].reason)
    return Resending(Shape.WRAPPED, wrapped)


def _envelope_id(attributes: Mapping[str, str]) -> UUID:
    try:
        return UUID(attributes.get("envelope_id", ""))
    except ValueError:
        return _NO_ENVELOPE
