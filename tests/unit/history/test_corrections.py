"""History tells the ranker what the boards must learn, before its message is done."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import pytest
from prometheus_client import CollectorRegistry

from ledgerboard_contracts import (
    MAX_MESSAGE_BYTES,
    Correction,
    CorrectionKind,
    CorrectionsMessage,
    FactEnvelope,
    FactsMessage,
    Rejection,
    Restatement,
    RestatementsMessage,
    wire,
)
from ledgerboard_history.metrics import HistoryMetrics
from ledgerboard_history.telling import Telling, parcels
from ledgerboard_history.worker import HistoryHandler
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.stream import Dead, Done, Message, Retry
from ledgerboard_ledger import AppendResult, UnstorableError
from ledgerboard_testkit.bodies import recorded_of
from ledgerboard_testkit.events import NOON, envelope, event_id, fact
from ledgerboard_testkit.memory import MemorySender
from tests.unit.history.suspecting import Looks

STANDINGS = (Restatement(board="race", player="eve"), Restatement(board="laps", player="eve"))


@dataclass
class _MemoryLedger:
    """Every fact is late; a correction changes `STANDINGS`. One for the reason ``poison`` cannot be stored."""

    steps: list[object] = field(default_factory=list)
    known: set[UUID] = field(default_factory=set)

    def append(
        self, envelopes: Sequence[FactEnvelope], rejections: Sequence[Rejection], *, correlation_ids: Iterable[str]
    ) -> AppendResult:
        del rejections, correlation_ids
        self.steps.append("append")
        return AppendResult(recorded=1, rejected=0, repeated=0, late=envelopes)

    def correct(self, corrections: Sequence[Correction]) -> Sequence[Restatement]:
        if any(each.reason == "poison" for each in corrections):
            raise UnstorableError("cannot be stored")
        self.steps.append("correct")
        self.known |= {each.correction_id for each in corrections}
        return STANDINGS


@pytest.fixture
def ledger() -> _MemoryLedger:
    return _MemoryLedger()


@pytest.fixture
def rank() -> MemorySender:
    return MemorySender()


@pytest.fixture
def handler(ledger: _MemoryLedger, rank: MemorySender) -> HistoryHandler:
    metrics = HistoryMetrics(CollectorRegistry())
    return HistoryHandler(ledger, Looks(), Telling(rank, metrics), metrics)


def ban(reason: str = "a bot") -> Correction:
    return Correction(
        correction_id=event_id(), kind=CorrectionKind.BAN, occurred_at=NOON, reason=reason, author="ops", player="eve"
    )


def message(body: object) -> Message:
    text = body if isinstance(body, str) else wire.encode(body)
    return Message(body=text, message_id="m", receive_count=1, sent_at=NOON)


def corrections(*those: Correction) -> str:
    return wire.encode(CorrectionsMessage(corrections=those, correlation_id="req-1"))


def test_what_a_correction_changes_is_told_each_time_that_it_comes(
    handler: HistoryHandler, ledger: _MemoryLedger, rank: MemorySender
) -> None:
    banned = message(corrections(ban()))
    assert [handler.handle([banned]), handler.handle([banned])] == [[Done()], [Done()]]
    assert len(ledger.known) == 1
    told = wire.encode(RestatementsMessage(restatements=STANDINGS, correlation_id="req-1"))
    assert rank.bodies == [told, told]


def test_facts_of_a_batch_are_recorded_before_its_corrections(handler: HistoryHandler, ledger: _MemoryLedger) -> None:
    handler.handle([message(corrections(ban())), message(FactsMessage(envelopes=(envelope(fact()),)))])
    assert ledger.steps == ["append", "correct"]


def test_late_facts_are_told_in_their_envelopes(handler: HistoryHandler, rank: MemorySender) -> None:
    late = envelope(fact(), fact())
    assert handler.handle([message(FactsMessage(envelopes=(late,)))]) == [Done()]
    assert [each for body in rank.bodies for each in recorded_of(body)] == [late]


@pytest.mark.parametrize("body", [corrections(ban()), wire.encode(FactsMessage(envelopes=(envelope(fact()),)))])
def test_what_could_not_be_told_is_not_done(handler: HistoryHandler, rank: MemorySender, body: str) -> None:
    rank.available = False
    with pytest.raises(UnavailableError):
        handler.handle([message(body)])


def test_a_correction_that_cannot_be_stored_takes_no_mate_along(handler: HistoryHandler, ledger: _MemoryLedger) -> None:
    poison, sound = ban("poison"), ban()
    assert handler.handle([message(corrections(poison, sound))]) == [
        Dead(f"correction {poison.correction_id}: cannot be stored")
    ]
    assert ledger.known == {sound.correction_id}


def test_a_correction_that_is_not_whole_is_dead_and_a_kind_of_a_later_release_waits(handler: HistoryHandler) -> None:
    body = corrections(ban())
    broken, later = handler.handle(
        [message(body.replace('"player":"eve"', '"player":null')), message(body.replace('"ban"', '"bless"'))]
    )
    assert broken == Dead("a correction of kind ban needs player")
    assert later == Retry("corrections of kind 'bless' are of a later release")


def test_many_parts_travel_in_as_many_messages_as_it_takes() -> None:
    parts = [envelope(fact(attributes={"x": "y" * 50_000})) for _ in range(9)]
    sent = list(parcels(parts))
    assert [part for each in sent for part in each] == parts
    assert all(len(wire.encode(each)) <= MAX_MESSAGE_BYTES for each in sent)
    assert len(sent) == 3
