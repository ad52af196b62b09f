"""What the messages on ``rank`` carry, for the tests of those who send them."""

from ledgerboard_contracts import FactEnvelope, FactsMessage, RecordedMessage, wire


def facts_of(body: str) -> tuple[FactEnvelope, ...]:
    """The envelopes of a message of facts, and nothing of any other message."""
    message = wire.RANK.decode(body)
    return message.envelopes if isinstance(message, FactsMessage) else ()


def recorded_of(body: str) -> tuple[FactEnvelope, ...]:
    """The envelopes of a message of recorded facts, and nothing of any other message."""
    message = wire.RANK.decode(body)
    return message.envelopes if isinstance(message, RecordedMessage) else ()
