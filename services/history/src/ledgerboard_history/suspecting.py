"""Look for suspects among the plays that were recorded, and void those that their board refuses at once.

After the commit, so that of two who record plays of one player the last one sees both; before the message is
acknowledged, so that whoever dies in between looks again. What is found again are the same reviews and the same
corrections. Recording a correction is telling the boards, as it is for one that came by the queue.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

from ledgerboard_contracts import Correction, FactEnvelope
from ledgerboard_history.metrics import HistoryMetrics
from ledgerboard_history.worker import Ledger, Telling
from ledgerboard_infra.logs import get_logger
from ledgerboard_ledger import Found

_CORRELATION_ID = "rules"

_log = get_logger(__name__)


class Suspicions(Protocol):
    """Who looks for suspects. Raises `UnavailableError` when the record is down."""

    def look(self, envelopes: Iterable[FactEnvelope], /) -> Found:
        """Judge what these hold, and put what is suspect on record."""
        ...


class Suspecting:
    """Follows each append. Safe to repeat."""

    def __init__(self, suspicions: Suspicions, ledger: Ledger, telling: Telling, metrics: HistoryMetrics) -> None:
        self._suspicions = suspicions
        self._ledger = ledger
        self._telling = telling
        self._metrics = metrics

    def look(self, envelopes: Sequence[FactEnvelope]) -> None:
        """Look among plays that are recorded. Raises `UnavailableError`."""
        found = self._suspicions.look(envelopes)
        self._metrics.suspects.inc(found.suspects)
        if found.suspects:
            _log.info("suspect plays found", suspects=found.suspects)
        if found.corrections:
            self._void(found.corrections)

    def _void(self, corrections: Sequence[Correction]) -> None:
        self._telling.restatements(self._ledger.correct(corrections), _CORRELATION_ID)
        self._metrics.corrections.labels("recorded").inc(len(corrections))
        _log.info("suspect plays voided", corrections=len(corrections))
