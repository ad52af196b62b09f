"""Record what arrives on the ``history`` queue: a received batch in one transaction.

The ledger keeps every event once, so a batch may come again, whole or cut otherwise. An event that PostgreSQL will
never take condemns its message to the dead letters, but only after everything sound in that message was recorded.
Facts come before corrections, so that a correction finds the plays that it came with. What the boards must learn of
either is told before the batch is done.
"""

from collections.abc import Iterable, Sequence
from typing import Final, Protocol

from ledgerboard_contracts import (
    UNSOUND,
    Correction,
    CorrectionsMessage,
    FactEnvelope,
    Rejection,
    Restatement,
    check_corrections,
)
from ledgerboard_contracts.wire import HISTORY, NewerVersionError, UndecodableError
from ledgerboard_history.metrics import HistoryMetrics
from ledgerboard_history.records import Records, records_of, single_events, together
from ledgerboard_infra.logs import correlated, get_logger
from ledgerboard_infra.stream import Dead, Done, Message, Retry, Verdict
from ledgerboard_ledger import AppendResult, UnstorableError

_MOST_REASONS: Final = 5

_log = get_logger(__name__)


class Ledger(Protocol):
    """The record. ``append`` is one transaction and keeps each event once, ``correct`` each correction.

    They raise `UnstorableError` for data that can never be stored, and `UnavailableError` when the record is down.
    """

    def append(
        self, envelopes: Sequence[FactEnvelope], rejections: Sequence[Rejection], *, correlation_ids: Iterable[str]
    ) -> AppendResult:
        """Append all of it or nothing."""
        ...

    def correct(self, corrections: Sequence[Correction]) -> Sequence[Restatement]:
        """Record all of it or nothing. Returns the standings that change by it, of known corrections too."""
        ...


class Telling(Protocol):
    """The way to the ranker. Raises `UnavailableError` if it was not acknowledged."""

    def recorded(self, envelopes: Sequence[FactEnvelope]) -> None:
        """These facts were recorded late."""
        ...

    def restatements(self, restatements: Sequence[Restatement], correlation_id: str) -> None:
        """These standings change."""
        ...


class Suspecting(Protocol):
    """Who looks for suspects among what is recorded. Raises `UnavailableError`."""

    def look(self, envelopes: Sequence[FactEnvelope]) -> None:
        """Look among these, which are recorded. Safe to repeat."""
        ...


class HistoryHandler:
    """The consumer of ``history``. Safe to repeat: the ledger's primary key drops what it holds already."""

    def __init__(self, ledger: Ledger, suspecting: Suspecting, telling: Telling, metrics: HistoryMetrics) -> None:
        self._ledger = ledger
        self._suspecting = suspecting
        self._telling = telling
        self._metrics = metrics

    def handle(self, batch: Sequence[Message]) -> Sequence[Verdict]:
        """Record the batch. Raises `UnavailableError` when the ledger or the queue ``rank`` is down."""
        read = [_read(message) for message in batch]
        verdicts = self._record(read)
        return [self._correct(each) if isinstance(each, CorrectionsMessage) else each for each in verdicts]

    def _record(self, read: "Sequence[_Read]") -> "Sequence[CorrectionsMessage | Verdict]":
        """Append all facts and rejections, and leave the corrections in their places."""
        sound = [records for records in read if isinstance(records, Records)]
        try:
            self._append(together(sound))
        except UnstorableError:
            return [self._record_alone(records) if isinstance(records, Records) else records for records in read]
        return [Done() if isinstance(records, Records) else records for records in read]

    def _correct(self, message: CorrectionsMessage) -> Verdict:
        unstorable: list[str] = []
        with correlated(correlation_ids=[message.correlation_id]):
            for correction in message.corrections:
                try:
                    restatements = self._ledger.correct([correction])
                except UnstorableError as error:
                    unstorable.append(f"correction {correction.correction_id}: {error}")
                    continue
                self._telling.restatements(restatements, message.correlation_id)
                _log.info("correction recorded", kind=correction.kind.value, restatements=len(restatements))
        self._metrics.corrections.labels("unstorable").inc(len(unstorable))
        self._metrics.corrections.labels("recorded").inc(len(message.corrections) - len(unstorable))
        return Dead("; ".join(unstorable[:_MOST_REASONS])) if unstorable else Done()

    def _record_alone(self, records: Records) -> Verdict:
        unstorable = self._salvage(list(single_events(records)))
        if not unstorable:
            return Done()
        self._metrics.events.labels("unstorable").inc(len(unstorable))
        rest = f" and {len(unstorable) - _MOST_REASONS} more" if len(unstorable) > _MOST_REASONS else ""
        return Dead("; ".join(unstorable[:_MOST_REASONS]) + rest)

    def _salvage(self, events: Sequence[Records]) -> Sequence[str]:
        """Record every event that can be, by halving what fails, and return the reasons of the others."""
        try:
            self._append(together(events))
        except UnstorableError as error:
            if len(events) == 1:
                return [f"event {events[0].event_ids[0]}: {error}"]
            middle = len(events) // 2
            return [*self._salvage(events[:middle]), *self._salvage(events[middle:])]
        return []

    def _append(self, records: Records) -> None:
        if not records.envelopes and not records.rejections:
            return
        with correlated(correlation_ids=list(records.correlation_ids)):
            with self._metrics.append_seconds.time():
                result = self._ledger.append(
                    records.envelopes, records.rejections, correlation_ids=records.correlation_ids
                )
            self._telling.recorded(result.late)
            self._suspecting.look(records.envelopes)
            self._count(result)

    def _count(self, result: AppendResult) -> None:
        self._metrics.events.labels("recorded").inc(result.recorded)
        self._metrics.events.labels("rejected").inc(result.rejected)
        self._metrics.events.labels("repeated").inc(result.repeated)
        self._metrics.append_events.observe(result.recorded + result.rejected + result.repeated)
        _log.info("events recorded", recorded=result.recorded, rejected=result.rejected, repeated=result.repeated)


_Read = Records | CorrectionsMessage | Verdict
"""What a message asks for, or its fate if it could not be read."""


def _read(message: Message) -> _Read:
    try:
        content = HISTORY.decode(message.body)
        if not isinstance(content, CorrectionsMessage):
            return records_of(content)
        check_corrections(content.corrections)
    except (UndecodableError, *UNSOUND) as error:
        return Dead(str(error))
    except NewerVersionError as error:
        return Retry(str(error))
    return content
