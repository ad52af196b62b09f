"""Project facts onto the live boards.

A standard SQS queue delivers at least once, in no fixed order. Neither matters here: folding is commutative, and an
envelope that was already folded has nothing left to say. Totals know such an envelope by the mark that it left.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from ledgerboard_boards import FoldResult, Mark, mark_of
from ledgerboard_contracts import BoardDefinition, FactEnvelope, SettledEnvelope
from ledgerboard_infra.clock import Clock
from ledgerboard_ranker.metrics import RankerMetrics


class Outcome(StrEnum):
    """What became of one envelope. Doubles as the ``outcome`` label of ``ranker_envelopes``."""

    FOLDED = "folded"
    UNCHANGED = "unchanged"
    """No view changed: the envelope is a repeat, or nobody in it did better than before."""
    UNDEFINED = "undefined"
    """There is no such version of the board, so far."""


class Boards(Protocol):
    """The live boards. ``fold`` is atomic for each envelope. Raises `UnavailableError` when they are down."""

    def fold(self, batch: Sequence[tuple[FactEnvelope, BoardDefinition]], now: datetime) -> Sequence[FoldResult]:
        """Fold each envelope by its definition."""
        ...

    def acknowledged(self, marks: Sequence[Mark]) -> None:
        """The messages that left the marks are deleted."""
        ...

    def settled(self, marks: Sequence[Mark]) -> None:
        """What the messages were made of is deleted. A mark that was told both goes soon."""
        ...


class Definitions(Protocol):
    """Versions of board definitions. Raises `UnavailableError` when the record is needed and cannot be asked."""

    def version(self, board: str, version: int) -> BoardDefinition | None:
        """One version of a board, or None where there is none."""
        ...


class Projection:
    """The boards' only writer. Replaying the ledger through it rebuilds them from nothing."""

    def __init__(self, definitions: Definitions, boards: Boards, metrics: RankerMetrics, clock: Clock) -> None:
        self._definitions = definitions
        self._boards = boards
        self._metrics = metrics
        self._clock = clock

    def apply(self, envelopes: Sequence[FactEnvelope]) -> Sequence[Outcome]:
        """Fold the envelopes, all in one round trip. Safe to repeat; safe out of order."""
        definitions = [self._definitions.version(each.board, each.board_version) for each in envelopes]
        batch = [(each, found) for each, found in zip(envelopes, definitions, strict=True) if found is not None]
        results = iter(self._boards.fold(batch, self._clock.now()))
        outcomes = [Outcome.UNDEFINED if found is None else self._outcome(next(results)) for found in definitions]
        self._count(outcomes, [envelope for envelope, _ in batch])
        return outcomes

    def marks_of(self, envelopes: Iterable[FactEnvelope]) -> Sequence[Mark]:
        """The marks that folding left, of those envelopes that left one."""
        found = ((each, self._definitions.version(each.board, each.board_version)) for each in envelopes)
        marks = (mark_of(envelope, definition) for envelope, definition in found if definition is not None)
        return [mark for mark in marks if mark is not None]

    def acknowledged(self, marks: Sequence[Mark]) -> None:
        """The messages that brought these envelopes are deleted. Skipping this costs memory, never exactness.

        Raises `UnavailableError` when the boards are down.
        """
        self._boards.acknowledged(marks)

    def settled(self, envelopes: Sequence[SettledEnvelope]) -> None:
        """Nobody will send these envelopes again. Safe to repeat, to skip, and before the envelopes themselves.

        Raises `UnavailableError` when the boards are down.
        """
        self._boards.settled([Mark(each.board, each.envelope_id) for each in envelopes])

    def _outcome(self, result: FoldResult) -> Outcome:
        self._metrics.entries_changed.inc(result.entries_changed)
        self._metrics.tops_changed.inc(result.tops_changed)
        self._metrics.views_expired.inc(result.views_expired)
        return Outcome.FOLDED if result.entries_changed else Outcome.UNCHANGED

    def _count(self, outcomes: Sequence[Outcome], folded: Sequence[FactEnvelope]) -> None:
        for outcome in Outcome:
            self._metrics.envelopes.labels(outcome.value).inc(outcomes.count(outcome))
        visible_at = self._clock.now()
        observe = self._metrics.lag_seconds.observe
        for envelope in folded:
            self._metrics.facts.inc(len(envelope.facts))
            for fact in envelope.facts:
                observe(max(0.0, (visible_at - fact.occurred_at).total_seconds()))
