"""One verdict a message, and everything sound is recorded whatever travels with it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from ledgerboard_contracts import (
    Correction,
    FactEnvelope,
    FactsMessage,
    RecordedMessage,
    Rejection,
    RejectionsMessage,
    Restatement,
    wire,
)
from ledgerboard_history.metrics import HistoryMetrics
from ledgerboard_history.telling import Telling
from ledgerboard_history.worker import HistoryHandler
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.stream import Dead, Done, Message, Retry
from ledgerboard_ledger import AppendResult, UnstorableError
from ledgerboard_testkit.events import NOON, envelope, fact, rejection
from ledgerboard_testkit.memory import MemorySender
from tests.unit.history.suspecting import Looks

_POISON = "poison"


@dataclass
class _MemoryLedger:
    """Keeps events; refuses a whole append for one player who is poison."""

    events: set[UUID] = field(default_factory=set)
    appends: list[tuple[str, ...]] = field(default_factory=list)
    down: bool = False
    drawing: bool = False
    """The boards are just being drawn, so every fact is late for them, new or not."""

    def append(
        self, envelopes: Sequence[FactEnvelope], rejections: Sequence[Rejection], *, correlation_ids: Iterable[str]
    ) -> AppendResult:
        if self.down:
            raise UnavailableError("down")
        facts = [one for each in envelopes for one in each.facts]
        if _POISON in {each.player for each in facts} | {each.player for each in rejections}:
            raise UnstorableError("cannot be stored")
        self.appends.append(tuple(correlation_ids))
        recorded = {each.event_id for each in facts} - self.events
        rejected = {each.event_id for each in rejections} - self.events
        self.events |= recorded | rejected
        repeated = len(facts) + len(rejections) - len(recorded) - len(rejected)
        late = tuple(envelopes) if self.drawing else ()
        return AppendResult(recorded=len(recorded), rejected=len(rejected), repeated=repeated, late=late)

    def correct(self, corrections: Sequence[Correction]) -> Sequence[Restatement]:
        raise NotImplementedError


@pytest.fixture
def ledger() -> _MemoryLedger:
    return _MemoryLedger()


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def rank() -> MemorySender:
    return MemorySender()


@pytest.fixture
def handler(ledger: _MemoryLedger, rank: MemorySender, registry: CollectorRegistry) -> HistoryHandler:
    metrics = HistoryMetrics(registry)
    return HistoryHandler(ledger, Looks(), Telling(rank, metrics), metrics)


def _message(body: object) -> Message:
    text = body if isinstance(body, str) else wire.encode(body)
    return Message(body=text, message_id="m", receive_count=1, sent_at=NOON)


def _rejections(*rejections: Rejection) -> Message:
    return _message(RejectionsMessage(rejections=rejections, correlation_id="r"))


def _facts(*envelopes: FactEnvelope) -> Message:
    return _message(FactsMessage(envelopes=envelopes))


def test_a_batch_is_one_append_with_all_its_correlation_ids(handler: HistoryHandler, ledger: _MemoryLedger) -> None:
    one, two, refused = fact(), fact(), rejection()
    verdicts = handler.handle([_facts(envelope(one)), _facts(envelope(two)), _rejections(refused)])
    assert verdicts == [Done(), Done(), Done()]
    assert ledger.events == {one.event_id, two.event_id, refused.event_id}
    assert ledger.appends == [("test", "r")]


def test_what_cannot_be_read_is_dead_and_what_is_newer_waits(handler: HistoryHandler, ledger: _MemoryLedger) -> None:
    sound = fact()
    newer = '{"type": "ledgerboard.facts", "version": 2}'
    verdicts = handler.handle([_message("garbage"), _facts(envelope(sound)), _message(newer), _message('{"type": 1}')])
    assert [type(verdict) for verdict in verdicts] == [Dead, Done, Retry, Dead]
    assert ledger.events == {sound.event_id}


def test_a_poisoned_message_is_dead_after_everything_sound_in_it_was_recorded(
    handler: HistoryHandler, ledger: _MemoryLedger, registry: CollectorRegistry
) -> None:
    sound, poison, mate = [fact() for _ in range(7)], fact(_POISON), fact()
    verdicts = handler.handle([_facts(envelope(*sound[:3], poison, *sound[3:])), _facts(envelope(mate))])
    assert verdicts == [Dead(f"event {poison.event_id}: cannot be stored"), Done()]
    assert ledger.events == {each.event_id for each in [*sound, mate]}
    assert registry.get_sample_value("history_events_total", {"outcome": "unstorable"}) == 1


def test_a_poisoned_rejection_is_found_as_well(handler: HistoryHandler, ledger: _MemoryLedger) -> None:
    sound, poison = rejection(), rejection(player=_POISON)
    (verdict,) = handler.handle([_rejections(poison, sound)])
    assert verdict == Dead(f"event {poison.event_id}: cannot be stored")
    assert ledger.events == {sound.event_id}


def test_the_reasons_of_many_are_cut_short(handler: HistoryHandler) -> None:
    (verdict,) = handler.handle([_facts(envelope(*(fact(_POISON) for _ in range(50))))])
    assert isinstance(verdict, Dead)
    assert verdict.reason.endswith("and 45 more")


@given(st.lists(st.lists(st.lists(st.booleans(), max_size=4), max_size=3), max_size=5))
def test_exactly_the_poisoned_messages_die_and_exactly_the_sound_facts_stand(shape: list[list[list[bool]]]) -> None:
    """``shape``: messages of envelopes of facts, of which the true ones are poison."""
    ledger = _MemoryLedger()
    metrics = HistoryMetrics(CollectorRegistry())
    handler = HistoryHandler(ledger, Looks(), Telling(MemorySender(), metrics), metrics)
    messages = [[[fact(_POISON if bad else "ada") for bad in each] for each in envelopes] for envelopes in shape]
    verdicts = handler.handle([_facts(*(envelope(*facts) for facts in each)) for each in messages])
    assert [isinstance(verdict, Dead) for verdict in verdicts] == [any(map(any, envelopes)) for envelopes in shape]
    everything = [one for each in messages for facts in each for one in facts]
    assert ledger.events == {one.event_id for one in everything if one.player != _POISON}


def test_an_outage_is_nobodys_fault(handler: HistoryHandler, ledger: _MemoryLedger) -> None:
    ledger.down = True
    with pytest.raises(UnavailableError):
        handler.handle([_facts(envelope(fact()))])


def test_who_died_between_recording_and_telling_is_followed_by_one_who_tells(
    handler: HistoryHandler, ledger: _MemoryLedger, rank: MemorySender
) -> None:
    """All that the second one sees are repeats."""
    sent = envelope(fact(), fact())
    ledger.drawing, rank.available = True, False
    with pytest.raises(UnavailableError):
        handler.handle([_facts(sent)])
    assert ledger.events == {each.event_id for each in sent.facts}
    rank.available = True
    assert handler.handle([_facts(sent)]) == [Done()]
    assert [wire.RANK.decode(body) for body in rank.bodies] == [RecordedMessage(envelopes=(sent,))]


def test_outcomes_are_counted(handler: HistoryHandler, registry: CollectorRegistry) -> None:
    message = _facts(envelope(fact(), fact()))
    handler.handle([message, _rejections(rejection())])
    handler.handle([message])
    counts = {
        outcome: registry.get_sample_value("history_events_total", {"outcome": outcome})
        for outcome in ("recorded", "rejected", "repeated")
    }
    assert counts == {"recorded": 2, "rejected": 1, "repeated": 2}
    assert registry.get_sample_value("history_append_seconds_count") == 2


def test_an_empty_message_needs_no_append(handler: HistoryHandler, ledger: _MemoryLedger) -> None:
    assert handler.handle([_facts()]) == [Done()]
    assert ledger.appends == []
