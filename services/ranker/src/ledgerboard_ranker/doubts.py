"""Settle whether an envelope was added long ago, of which another copy may have come before.

A total knows an envelope by its mark, which is cut once nobody seems to have the envelope any more. Whoever sends one
again, because the answer of the queue was lost, says so on the copy. A copy that comes soon finds the mark. One that
comes late and finds none may be the first or the second: nobody knows. So its players are drawn from the ledger anew,
and from then on the ledger says of each fact whether it is there.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol

from ledgerboard_boards import Mark
from ledgerboard_contracts import BoardDefinition, FactEnvelope, Policy, event_time
from ledgerboard_ranker.arrivals import Arrival
from ledgerboard_ranker.known import Known, KnownStates
from ledgerboard_ranker.late import Rule

LATE: Final = timedelta(minutes=5)
"""A third of the time that a mark stands at least, counted from a moment that lies before: clocks may differ."""


class Marks(Protocol):
    """The marks of totals. Raises `UnavailableError` when the boards are down."""

    def keep(self, marks: Sequence[Mark]) -> Sequence[bool]:
        """Which of these envelopes are known to have been added. They stay known for the whole time."""
        ...


class Definitions(Protocol):
    """Versions of board definitions."""

    def version(self, board: str, version: int) -> BoardDefinition | None:
        """One version of a board, or None where there is none."""
        ...


class Restating(Protocol):
    """Draws standings from the ledger. Raises `UnendedError` where that must wait, and `UnavailableError`."""

    def restate(self, board: str, player: str) -> bool:
        """Whether there was anything to restate."""
        ...


class Doubts:
    """Makes late every fact that a copy might add a second time. Safe to repeat and to race."""

    def __init__(self, marks: Marks, states: KnownStates, definitions: Definitions, restating: Restating) -> None:
        self._marks = marks
        self._states = states
        self._definitions = definitions
        self._restating = restating

    def settle(self, arrivals: Iterable[Arrival], now: datetime) -> None:
        """Draw the players anew of whom nobody knows what was added. Costs nothing where no copy comes late.

        Raises `UnendedError` and `UnavailableError`.
        """
        envelopes = [each.envelope for each in arrivals if each.repeated and _is_late(each.envelope, now)]
        if not envelopes:
            return
        known = self._states.of({each.board: each.board_version for each in envelopes})
        doubtful = dict.fromkeys(pair for each in envelopes for pair in self._doubtful(each, known))
        for board, player in doubtful:
            self._restating.restate(board, player)
        self._states.forget({board for board, _ in doubtful})

    def _doubtful(self, envelope: FactEnvelope, known: Mapping[str, Known]) -> Iterator[tuple[str, str]]:
        board = envelope.board
        rules = [rule for rule in known[board].rules if self._totals(board, rule)] if board in known else []
        marks = [Mark(board, rule.generation.number, envelope.envelope_id) for rule in rules]
        for rule, is_added in zip(rules, self._marks.keep(marks), strict=True):
            if not is_added:
                yield from ((board, player) for player in _undecided(envelope, rule))

    def _totals(self, board: str, rule: Rule) -> bool:
        definition = self._definitions.version(board, rule.generation.board_version)
        return definition is None or definition.options.policy is Policy.TOTAL


def _is_late(envelope: FactEnvelope, now: datetime) -> bool:
    return any(event_time(fact.event_id) + LATE < now for fact in envelope.facts)


def _undecided(envelope: FactEnvelope, rule: Rule) -> Iterator[str]:
    """The players of facts that would be added without asking the ledger."""
    return (fact.player for fact in envelope.facts if rule.horizon_of(fact) is None and not rule.hides(fact.player))
