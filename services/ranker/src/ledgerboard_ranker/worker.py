"""Turn received messages into folded envelopes, and each message's fate into a verdict.

A message is done once every envelope in it is in the boards. One that cannot be read, or that names an unknown board
version, takes no batch-mate along; its other envelopes are folded all the same, since a repeat does them no harm.
"""

from collections.abc import Iterator, Sequence
from itertools import islice

from ledgerboard_contracts import FactsMessage, wire
from ledgerboard_infra.stream import Dead, Done, Message, Retry, Verdict
from ledgerboard_ranker.projection import Outcome, Projection


class FactsHandler:
    """The consumer of ``rank``. Safe to repeat: folding an envelope again changes nothing."""

    def __init__(self, projection: Projection) -> None:
        self._projection = projection

    def handle(self, batch: Sequence[Message]) -> Sequence[Verdict]:
        """Fold the batch in one round trip. Raises `UnavailableError` when boards or definitions cannot be reached."""
        read = [_read(message.body) for message in batch]
        envelopes = [envelope for each in read if isinstance(each, FactsMessage) for envelope in each.envelopes]
        outcomes = iter(self._projection.apply(envelopes))
        return [_verdict(each, outcomes) if isinstance(each, FactsMessage) else each for each in read]


def _read(body: str) -> FactsMessage | Verdict:
    try:
        return wire.FACTS.decode(body)
    except wire.NewerVersionError as error:
        return Retry(str(error))
    except wire.UndecodableError as error:
        return Dead(str(error))


def _verdict(message: FactsMessage, outcomes: Iterator[Outcome]) -> Verdict:
    """What the next ``outcomes``, one for each envelope of ``message``, mean for it."""
    fates = zip(message.envelopes, list(islice(outcomes, len(message.envelopes))), strict=True)
    for envelope, outcome in fates:
        if outcome is Outcome.UNDEFINED:
            return Retry(f"board {envelope.board!r} has no version {envelope.board_version}")
    return Done()
