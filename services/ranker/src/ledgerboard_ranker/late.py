"""Which facts of an envelope a generation still has to be given.

A generation that was drawn from the ledger holds what the ledger held then, and so do the standings of a player whom a
correction made to be drawn anew. A fact that was accepted after such a horizon cannot be among that. One that was
accepted before is late, and the ledger knows: what its snapshot contained is there, or does not count.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID, uuid5

from ledgerboard_boards import FoldOrder, GenerationState, Horizon, envelope_time
from ledgerboard_contracts import BoardOptions, Fact, FactEnvelope, Policy, event_time, restated_envelope_id

_ALONE: Final = UUID(int=0)
"""The namespace of the marks of facts that are late for a whole generation."""

_RANDOM_BITS: Final = 80


class Ledger(Protocol):
    """What is asked about late facts. Every method raises `UnavailableError` when the ledger is down."""

    def contained(self, event_ids: Collection[UUID], snapshot: str) -> Collection[UUID]:
        """Those that were recorded in the snapshot."""
        ...

    def voided(self, event_ids: Collection[UUID]) -> Collection[UUID]:
        """Those that are recorded and count no longer."""
        ...

    def erased(self, facts: Sequence[Fact]) -> Collection[UUID]:
        """Those, recorded or not, that were accepted before their player was erased."""
        ...

    def reset_at(self, board: str) -> datetime | None:
        """What was accepted on the board until then does not count."""
        ...


@dataclass(frozen=True, slots=True)
class Drawing:
    """What was drawn from the ledger as of ``snapshot``. A late fact that it lacks is added under a mark of its own.

    ``namespace`` is that of the mark. The fact cannot have been added to this drawing before ``drawn_at``, by Redis's
    clock; None: nobody knows.
    """

    snapshot: str
    namespace: UUID
    drawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class Rule:
    """A generation, and up to which millisecond (since 1970) a fact may be late for it: -1 where none is."""

    generation: GenerationState
    last_millisecond: int

    def touches(self, envelope: FactEnvelope) -> bool:
        """Whether any of the facts may be late or of a hidden player. Costs a comparison a fact."""
        restated, last = self.generation.restated, self.last_millisecond
        if any(each.event_id.int >> _RANDOM_BITS <= last for each in envelope.facts):
            return True
        return bool(restated) and any(each.player in restated for each in envelope.facts)

    def drawing_of(self, fact: Fact) -> "Drawing | None":
        """The drawing that may contain ``fact``, or None if it is on time."""
        accepted = event_time(fact.event_id)
        player = self.generation.restated.get(fact.player)
        if player is not None and accepted <= player.until:
            return Drawing(player.snapshot, _life_of(player), player.drawn_at)
        until, snapshot = self.generation.until, self.generation.snapshot
        if until is not None and snapshot is not None and accepted <= until:
            return Drawing(snapshot, _ALONE, None)
        return None

    def hides(self, player: str) -> bool:
        """Whether nothing of the player counts."""
        horizon = self.generation.restated.get(player)
        return horizon is not None and horizon.hidden


def rule_of(generation: GenerationState) -> Rule:
    """The rule of one generation."""
    moments = [each.until for each in generation.restated.values()]
    if generation.until is not None:
        moments.append(generation.until)
    return Rule(generation, max((int(each.timestamp() * 1000) for each in moments), default=-1))


@dataclass(slots=True)
class Answers:
    """What the ledger says about the late facts of one batch."""

    contained: dict[str, Collection[UUID]] = field(default_factory=dict)
    dismissed: Collection[UUID] = ()
    reset_at: dict[str, datetime | None] = field(default_factory=dict)

    def leaves_out(self, board: str, fact: Fact, snapshot: str) -> bool:
        """Whether the late fact is in what was drawn, or does not count."""
        reset_at = self.reset_at.get(board)
        return (
            fact.event_id in self.contained[snapshot]
            or fact.event_id in self.dismissed
            or (reset_at is not None and event_time(fact.event_id) <= reset_at)
        )


def ask(ledger: Ledger, arrived: Iterable[tuple[FactEnvelope, Rule]]) -> Answers:
    """Ask about all late facts at once: a query a snapshot, two more, one a board; none if nothing is late."""
    asked: defaultdict[str, dict[UUID, Fact]] = defaultdict(dict)
    boards: set[str] = set()
    for envelope, rule in arrived:
        for fact in envelope.facts if rule.touches(envelope) else ():
            drawing = rule.drawing_of(fact)
            if drawing is not None and not rule.hides(fact.player):
                asked[drawing.snapshot][fact.event_id] = fact
                boards.add(envelope.board)
    if not asked:
        return Answers()
    late = {event_id: fact for facts in asked.values() for event_id, fact in facts.items()}
    return Answers(
        {snapshot: ledger.contained(facts.keys(), snapshot) for snapshot, facts in asked.items()},
        {*ledger.voided(late.keys()), *ledger.erased(list(late.values()))},
        {board: ledger.reset_at(board) for board in boards},
    )


def orders_of(
    envelope: FactEnvelope, *, recorded: bool, rule: Rule, options: BoardOptions, version: int, answers: Answers
) -> Iterator[FoldOrder]:
    """What folding ``envelope`` into one generation takes. ``recorded``: it was told again by history.

    What history tells again is there for the late ones: all others come, or came, by the queue. A late fact is added to
    a total alone, under a mark of its own, since it may come by both ways, and history may tell a part of an envelope.
    The envelope's own order comes last: it tells those who wait that all of it is there.
    """
    number = rule.generation.number
    if not rule.touches(envelope):
        if not recorded:
            yield FoldOrder(envelope, options, number, version)
        return
    on_time, late = _parted(envelope, rule, answers)
    if options.policy is not Policy.TOTAL:
        facts = (*(fact for fact, _ in late), *(() if recorded else on_time))
        yield FoldOrder(replace(envelope, facts=facts), options, number, version)
        return
    for fact, drawing in late:
        alone = replace(envelope, envelope_id=restated_envelope_id(drawing.namespace, fact.event_id), facts=(fact,))
        yield FoldOrder(alone, options, number, version, since=drawing.drawn_at)
    if not recorded:
        accepted_at = envelope_time(envelope)
        yield FoldOrder(replace(envelope, facts=on_time), options, number, version, accepted_at=accepted_at)


def _parted(
    envelope: FactEnvelope, rule: Rule, answers: Answers
) -> tuple[tuple[Fact, ...], Sequence[tuple[Fact, Drawing]]]:
    """The facts that are on time, and the late ones that are missing, each with the drawing that lacks it."""
    on_time: list[Fact] = []
    late: list[tuple[Fact, Drawing]] = []
    for fact in envelope.facts:
        if rule.hides(fact.player):
            continue
        drawing = rule.drawing_of(fact)
        if drawing is None:
            on_time.append(fact)
        elif not answers.leaves_out(envelope.board, fact, drawing.snapshot):
            late.append((fact, drawing))
    return tuple(on_time), late


def _life_of(horizon: Horizon) -> UUID:
    """Another one each time that the player was restated: what was added before, that took away."""
    return uuid5(horizon.correction_id, horizon.until.isoformat())
