"""Project facts onto the live boards.

A standard SQS queue delivers at least once, in no fixed order. Neither matters: folding is commutative, and totals know
an envelope by the mark that it left. What was drawn from the ledger meanwhile, the board's state says, and no fold is
made by an older one.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from ledgerboard_boards import STALE, FoldOrder, FoldResult, Mark, mark_of
from ledgerboard_contracts import BoardOptions, SettledEnvelope
from ledgerboard_infra.clock import Clock
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_ledger import UnendedError
from ledgerboard_ranker.arrivals import Arrival, Outcome
from ledgerboard_ranker.known import Known, KnownStates
from ledgerboard_ranker.late import Answers, Ledger, Rule, ask, orders_of
from ledgerboard_ranker.metrics import RankerMetrics
from ledgerboard_ranker.openings import TRIES
from ledgerboard_ranker.ports import Boards, CatchingUp, Definitions, Settling, Touching

FRESH: Final = timedelta(minutes=5)
"""For how long it may be folded what was looked at before. With the age from which a copy is late that is less than the
time that any mark stands: a message that somebody else was done with meanwhile is still known."""


class Projection:
    """Who folds what arrives. It never draws anything from the ledger: see `restating` and the rebuilder."""

    def __init__(  # noqa: PLR0913 -- everything that a fold depends on.
        self,
        definitions: Definitions,
        boards: Boards,
        states: KnownStates,
        ledger: Ledger,
        touching: Touching,
        catching_up: CatchingUp,
        doubts: Settling,
        *,
        metrics: RankerMetrics,
        clock: Clock,
    ) -> None:
        self._definitions = definitions
        self._boards = boards
        self._states = states
        self._ledger = ledger
        self._touching = touching
        self._catching_up = catching_up
        self._doubts = doubts
        self._metrics = metrics
        self._clock = clock

    def apply(self, arrivals: Sequence[Arrival]) -> None:
        """Fold the envelopes, all in one round trip, and tell each its outcome. Safe to repeat; safe out of order.

        Raises `UnavailableError` when boards, definitions or, for late facts, the ledger cannot be reached.
        """
        began = self._clock.now()
        known = [each for each in arrivals if self._is_defined(each)]
        boards = list({each.envelope.board for each in known})
        self._touching.touch(boards)
        self._catch_up([each for each in known if each.recorded])
        self._settle([each for each in known if each.repeated and not each.recorded])
        waiting: Sequence[Arrival] = [each for each in known if each.outcome is not Outcome.POSTPONED]
        for _ in range(TRIES):
            if self._clock.now() > began + FRESH:
                raise UnavailableError("what was looked at before folding is too old by now")
            waiting = self._fold(waiting)
            if not waiting:
                self._touching.confirm(boards)
                self._count(arrivals)
                return
            self._metrics.stale.inc(len(waiting))
            self._states.forget({each.envelope.board for each in waiting})
        raise UnavailableError("the states of boards keep changing")

    def acknowledged(self, marks: Sequence[Mark]) -> None:
        """The messages that brought these envelopes are deleted. Skipping this costs memory, never exactness.

        Raises `UnavailableError` when the boards are down.
        """
        self._boards.acknowledged(marks)

    def settled(self, envelopes: Sequence[SettledEnvelope]) -> None:
        """Nobody will send these envelopes again. Safe to repeat, to skip, and before the envelopes themselves."""
        self._boards.settled(
            [
                Mark(each.board, generation, each.envelope_id)
                for each in envelopes
                for generation in self._states.generations(each.board)
            ]
        )

    def _is_defined(self, arrival: Arrival) -> bool:
        envelope = arrival.envelope
        if self._definitions.version(envelope.board, envelope.board_version) is not None:
            return True
        arrival.outcome = Outcome.UNDEFINED
        return False

    def _catch_up(self, recorded: Sequence[Arrival]) -> None:
        by_board: defaultdict[str, list[Arrival]] = defaultdict(list)
        for each in recorded:
            by_board[each.envelope.board].append(each)
        for board, those in by_board.items():
            try:
                self._catching_up.catch_up(
                    board, sorted({fact.player for each in those for fact in each.envelope.facts})
                )
            except UnendedError:
                _postpone(those)
        self._states.forget(by_board)

    def _settle(self, repeated: Sequence[Arrival]) -> None:
        try:
            self._doubts.settle(repeated, self._clock.now())
        except UnendedError:
            _postpone(repeated)

    def _fold(self, arrivals: Sequence[Arrival]) -> Sequence[Arrival]:
        """Fold by the states as they are known, and return what they were too old for."""
        known = self._states.of({each.envelope.board: each.envelope.board_version for each in arrivals})
        _postpone([each for each in arrivals if each.envelope.board not in known])
        arrivals = [each for each in arrivals if each.envelope.board in known]
        answers = ask(
            self._ledger,
            ((each.envelope, rule) for each in arrivals for rule in known[each.envelope.board].rules),
        )
        asked = [(each, order) for each in arrivals for order in self._orders(each, known, answers)]
        results = self._boards.fold([order for _, order in asked], self._clock.now())
        stale: dict[int, Arrival] = {}
        for (arrival, order), result in zip(asked, results, strict=True):
            if result is STALE:
                stale[id(arrival)] = arrival
            else:
                self._note(arrival, order, result)
        return list(stale.values())

    def _orders(self, arrival: Arrival, known: Mapping[str, Known], answers: Answers) -> Sequence[FoldOrder]:
        envelope = arrival.envelope
        board = known[envelope.board]
        return [
            replace(order, keep_mark=order.keep_mark or arrival.repeated)
            for rule in board.rules
            for order in orders_of(
                envelope,
                recorded=arrival.recorded,
                rule=rule,
                options=self._options(envelope.board, rule),
                version=board.state.version,
                answers=answers,
            )
        ]

    def _options(self, board: str, rule: Rule) -> BoardOptions:
        found = self._definitions.version(board, rule.generation.board_version)
        if found is None:
            raise UnavailableError(f"board {board!r} has no version {rule.generation.board_version}")
        return found.options

    def _note(self, arrival: Arrival, order: FoldOrder, result: FoldResult) -> None:
        mark = mark_of(order)
        if mark is not None and not order.keep_mark:
            arrival.marks.append(mark)
        if result.entries_changed:
            arrival.outcome = Outcome.FOLDED
        self._metrics.entries_changed.inc(result.entries_changed)
        self._metrics.tops_changed.inc(result.tops_changed)
        self._metrics.views_expired.inc(result.views_expired)
        self._metrics.late_facts.inc(order.envelope.envelope_id != arrival.envelope.envelope_id)

    def _count(self, arrivals: Sequence[Arrival]) -> None:
        outcomes = [each.outcome for each in arrivals]
        for outcome in Outcome:
            self._metrics.envelopes.labels(outcome.value).inc(outcomes.count(outcome))
        visible_at = self._clock.now()
        observe = self._metrics.lag_seconds.observe
        for each in arrivals:
            if each.outcome in {Outcome.UNDEFINED, Outcome.POSTPONED} or each.recorded:
                continue
            self._metrics.facts.inc(len(each.envelope.facts))
            for fact in each.envelope.facts:
                observe(max(0.0, (visible_at - fact.occurred_at).total_seconds()))


def _postpone(arrivals: Sequence[Arrival]) -> None:
    for each in arrivals:
        each.outcome = Outcome.POSTPONED
