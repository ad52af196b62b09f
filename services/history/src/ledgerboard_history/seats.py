"""Free the seats of players whose play ended, once that is on record.

A fact whose attributes say ``lives: 0`` ends its player's play in its session. The ledger goes first: whoever dies in
between comes again with the message. An ending may come late and again, since it frees only a seat that was taken
before it.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Protocol

from ledgerboard_contracts import Correction, FactEnvelope, Rejection, Restatement
from ledgerboard_history.metrics import HistoryMetrics
from ledgerboard_history.worker import Ledger
from ledgerboard_ledger import AppendResult, Ending

LIVES: Final = "lives"


class Seats(Protocol):
    """The record of seats. Raises `UnavailableError` when it is down."""

    def end(self, endings: Sequence[Ending], /) -> int:
        """Free the seats in which these were played, and return how many that were."""
        ...


class LedgerThenSeats:
    """A `Ledger` that frees seats after what it records. Safe to repeat."""

    def __init__(self, ledger: Ledger, seats: Seats, metrics: HistoryMetrics) -> None:
        self._ledger = ledger
        self._seats = seats
        self._metrics = metrics

    def append(
        self, envelopes: Sequence[FactEnvelope], rejections: Sequence[Rejection], *, correlation_ids: Iterable[str]
    ) -> AppendResult:
        """Append all of it, then free the seats of those whose play ended with it, repeated or not."""
        result = self._ledger.append(envelopes, rejections, correlation_ids=correlation_ids)
        if endings := list(endings_in(envelopes)):
            self._metrics.seats.inc(self._seats.end(endings))
        return result

    def correct(self, corrections: Sequence[Correction]) -> Sequence[Restatement]:
        """Record corrections. They free nothing: a seat is about a play, not about what it counts."""
        return self._ledger.correct(corrections)


def endings_in(envelopes: Iterable[FactEnvelope]) -> Iterator[Ending]:
    """The plays that ended. Where sessions are not managed there are no seats to free, and none is found."""
    for envelope in envelopes:
        for fact in envelope.facts:
            lives = (fact.attributes or {}).get(LIVES)
            if fact.session is not None and type(lives) is int and lives == 0:
                yield Ending(board=envelope.board, session=fact.session, player=fact.player, at=fact.occurred_at)
