"""What the messages of the ``history`` queue ask to have recorded, and how it divides.

The ledger keeps events, not messages, so any division of a message into appends leaves the same ledger.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from ledgerboard_contracts import FactEnvelope, FactsMessage, Rejection, RejectionsMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """Facts and rejections to append together."""

    envelopes: tuple[FactEnvelope, ...] = ()
    rejections: tuple[Rejection, ...] = ()
    correlation_ids: tuple[str, ...] = ()

    @property
    def event_ids(self) -> Sequence[UUID]:
        """The events in it."""
        facts = [fact.event_id for envelope in self.envelopes for fact in envelope.facts]
        return [*facts, *(rejection.event_id for rejection in self.rejections)]


def records_of(message: FactsMessage | RejectionsMessage) -> Records:
    """What one message asks for."""
    if isinstance(message, RejectionsMessage):
        return Records(rejections=message.rejections, correlation_ids=(message.correlation_id,))
    ids = dict.fromkeys(envelope.correlation_id for envelope in message.envelopes)
    return Records(envelopes=message.envelopes, correlation_ids=tuple(ids))


def together(parts: Iterable[Records]) -> Records:
    """All of ``parts`` as one."""
    envelopes: list[FactEnvelope] = []
    rejections: list[Rejection] = []
    correlation_ids: dict[str, None] = {}
    for part in parts:
        envelopes.extend(part.envelopes)
        rejections.extend(part.rejections)
        correlation_ids.update(dict.fromkeys(part.correlation_ids))
    return Records(envelopes=tuple(envelopes), rejections=tuple(rejections), correlation_ids=tuple(correlation_ids))


def single_events(records: Records) -> Iterator[Records]:
    """The same, one event at a time."""
    for envelope in records.envelopes:
        for fact in envelope.facts:
            yield Records(envelopes=(replace(envelope, facts=(fact,)),), correlation_ids=(envelope.correlation_id,))
    for rejection in records.rejections:
        yield Records(rejections=(rejection,), correlation_ids=records.correlation_ids)
