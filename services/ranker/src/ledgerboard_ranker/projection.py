"""Project facts onto the live boards.

A standard SQS queue delivers at least once, in no fixed order. Neither matters: folding is commutative, and totals know
an envelope by the mark that it left. Where an envelope is so old that its mark may be gone, the boards refuse it, and
its players are drawn from the ledger anew: from then on the ledger says of each fact whether it is there. The board's
state says what was drawn, and no fold is made by an older state.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from ledgerboard_boards import AMBIGUOUS, FoldOrder, FoldResult
from ledgerboard_contracts import BoardOptions, Policy
from ledgerboard_infra.clock import Clock
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_ledger import UnendedError
from ledgerboard_ranker.arrivals import Arrival, Outcome
from ledgerboard_ranker.known import Known, KnownStates
from ledgerboard_ranker.late import Answers, Ledger, Rule, ask, orders_of
from ledgerboard_ranker.metrics import RankerMetrics
from ledgerboard_ranker.openings import TRIES
from ledgerboard_ranker.ports import Boards, CatchingUp, Definitions, Restating, Touching


class Projection:
    """Who folds what arrives. Thread-safe."""

    def __init__(  # noqa: PLR0913 -- everything that a fold depends on.
        self,
        definitions: Definitions,
        boards: Boards,
        states: KnownStates,
        ledger: Ledger,
        touching: Touching,
        catching_up: CatchingUp,
        restating: Restating,
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
        self._restating = restating
        self._metrics = metrics
        self._clock = clock

    def apply(self, arrivals: Sequence[Arrival]) -> None:
        """Fold the envelopes, all in one round trip, and tell each its outcome. Safe to repeat; safe out of order.

        Raises `UnavailableError` when boards, definitions or, for late facts, the ledger cannot be reached.
        """
        known = [each for each in arrivals if self._is_defined(each)]
        self._catch_up([each for each in known if each.recorded])
        waiting: Sequence[Arrival] = [each for each in known if each.outcome is not Outcome.POSTPONED]
        self._restate_partial([each for each in waiting if each.partial])
        noted = set[str]()
        for _ in range(TRIES):
            waiting = [each for each in waiting if each.outcome is not Outcome.POSTPONED]
            if not waiting:
                self._touching.confirm(list(noted))
                self._count(arrivals)
                return
            boards = {each.envelope.board for each in waiting}
            self._touching.touch(list(boards))
            noted |= boards
            waiting = self._fold(waiting)
        raise UnavailableError("the states of boards keep changing")

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

    def _restate_partial(self, partial: Sequence[Arrival]) -> None:
        """Draw the players of envelopes that lack some of their facts, where sums would go by the envelope's mark."""
        self._restate(
            (each, fact.player) for each in partial if self._is_added_up(each) for fact in each.envelope.facts
        )

    def _is_added_up(self, arrival: Arrival) -> bool:
        envelope = arrival.envelope
        known = self._states.of({envelope.board: envelope.board_version}).get(envelope.board)
        rules = () if known is None else known.rules
        return any(self._options(envelope.board, rule).policy is Policy.TOTAL for rule in rules)

    def _restate(self, whose: Iterable[tuple[Arrival, str]]) -> Sequence[Arrival]:
        """Draw these players of these arrivals anew, so that the ledger says of each fact whether it is there.

        Where that must wait for a transaction, so must the arrival. Returns those whose board is deleted.
        """
        asked: defaultdict[str, dict[str, None]] = defaultdict(dict)
        arrivals: defaultdict[str, list[Arrival]] = defaultdict(list)
        for arrival, player in whose:
            asked[arrival.envelope.board][player] = None
            arrivals[arrival.envelope.board].append(arrival)
        deleted: list[Arrival] = []
        for board, players in asked.items():
            try:
                if not self._restating.restate(board, players):
                    deleted += arrivals[board]
            except UnendedError:
                _postpone(arrivals[board])
        self._states.forget(asked)
        return deleted

    def _fold(self, arrivals: Sequence[Arrival]) -> Sequence[Arrival]:
        """Fold by the states as they are known, and return what was refused: to be folded by what is true then."""
        known = self._states.of({each.envelope.board: each.envelope.board_version for each in arrivals})
        _postpone([each for each in arrivals if each.envelope.board not in known])
        arrivals = [each for each in arrivals if each.envelope.board in known]
        answers = ask(
            self._ledger,
            ((each.envelope, rule) for each in arrivals for rule in known[each.envelope.board].rules),
        )
        asked = [(each, order) for each in arrivals for order in self._orders(each, known, answers)]
        results = self._boards.fold([order for _, order in asked], self._clock.now())
        refused: dict[int, Arrival] = {}
        ambiguous: list[tuple[Arrival, str]] = []
        for (arrival, order), result in zip(asked, results, strict=True):
            if isinstance(result, FoldResult):
                self._note(arrival, order, result)
                continue
            self._metrics.refused.labels(result.value).inc()
            refused[id(arrival)] = arrival
            if result is AMBIGUOUS:
                ambiguous += [(arrival, fact.player) for fact in order.envelope.facts]
        self._states.forget({each.envelope.board for each in refused.values()})
        for each in self._restate(ambiguous):
            refused.pop(id(each), None)
        return list(refused.values())

    def _orders(self, arrival: Arrival, known: Mapping[str, Known], answers: Answers) -> Sequence[FoldOrder]:
        envelope = arrival.envelope
        board = known[envelope.board]
        return [
            order
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
