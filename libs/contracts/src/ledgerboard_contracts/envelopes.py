"""The messages that cross the queues.

Each is plain JSON with a literal ``type`` and ``version``, which any language can write. The unit of redelivery is the
envelope: whatever message carries it and however often, it keeps its ``envelope_id``.
"""

from dataclasses import dataclass
from typing import Annotated, Final, Literal
from uuid import UUID, uuid5

from msgspec import Meta

from ledgerboard_contracts.corrections import Correction
from ledgerboard_contracts.scores import BoardName, BoardVersion, Fact, PlayerId, Rejection, Submission

MAX_MESSAGE_BYTES: Final = 200 * 1024
"""Envelopes are closed before the message grows past this; SQS itself refuses more than 256 KiB."""

CorrelationId = Annotated[
    str, Meta(pattern=r"\A[A-Za-z0-9._-]{1,64}\Z", description="What ties the log lines of one request together.")
]
"""It stands in message attributes, log lines and SQL comments, so nothing in it may need escaping."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionEnvelope:
    """Submissions, of any boards, that the gateway accepted together. Queue ``submissions``.

    ``keyed``: its client named the request by a key, so the gateway may send it once more, unchanged, within a day.
    """

    envelope_id: UUID
    correlation_id: CorrelationId
    submissions: tuple[Submission, ...]
    keyed: bool = False
    type: Literal["ledgerboard.submissions"] = "ledgerboard.submissions"
    version: Literal[1] = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class FactEnvelope:
    """Facts of one board, judged by one version of it, out of one source envelope. Applied whole or not at all."""

    envelope_id: UUID
    correlation_id: CorrelationId
    board: BoardName
    board_version: BoardVersion
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FactsMessage:
    """Fact envelopes that travel in one message. Queues ``rank`` and ``history``."""

    envelopes: tuple[FactEnvelope, ...]
    type: Literal["ledgerboard.facts"] = "ledgerboard.facts"
    version: Literal[1] = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectionsMessage:
    """Rejections, of any boards, that travel in one message. Queue ``history``."""

    rejections: tuple[Rejection, ...]
    correlation_id: CorrelationId
    type: Literal["ledgerboard.rejections"] = "ledgerboard.rejections"
    version: Literal[1] = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledEnvelope:
    """A fact envelope that its maker has no reason to send again."""

    board: BoardName
    envelope_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledMessage:
    """Fact envelopes whose submissions are deleted from their queue. Queue ``rank``.

    Sent for boards that total, which must know an envelope as long as it may come again. It may overtake the facts, and
    it may be missing: then they are known for the whole time.
    """

    envelopes: tuple[SettledEnvelope, ...]
    type: Literal["ledgerboard.settled"] = "ledgerboard.settled"
    version: Literal[1] = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionsMessage:
    """Corrections that were accepted. Queues ``submissions`` and ``history``."""

    corrections: tuple[Correction, ...]
    correlation_id: CorrelationId
    type: Literal["ledgerboard.corrections"] = "ledgerboard.corrections"
    version: Literal[1] = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Restatement:
    """A player whose standing on a board is to be drawn from the ledger again."""

    board: BoardName
    player: PlayerId


@dataclass(frozen=True, slots=True, kw_only=True)
class RestatementsMessage:
    """Standings that recorded corrections changed. Queue ``rank``."""

    restatements: tuple[Restatement, ...]
    correlation_id: CorrelationId
    type: Literal["ledgerboard.restatements"] = "ledgerboard.restatements"
    version: Literal[1] = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedMessage:
    """Facts that the ledger recorded after the boards may have been drawn from it. Queue ``rank``.

    The envelopes keep their ids and hold, of the facts that they came with, those of which this is true.
    """

    envelopes: tuple[FactEnvelope, ...]
    type: Literal["ledgerboard.recorded"] = "ledgerboard.recorded"
    version: Literal[1] = 1


def derived_envelope_id(source: UUID, board: str, board_version: int, session: str | None = None) -> UUID:
    """The id of the facts of one board out of one source envelope: the same at every redelivery (RFC 9562 UUIDv5).

    Where sessions are managed, the facts of each have an envelope of their own: one that is unknown now may be opened
    later, and what is judged then must not look like a repetition of its mates.
    """
    return uuid5(source, f"{board}:{board_version}" if session is None else f"{board}:{board_version}:{session}")
