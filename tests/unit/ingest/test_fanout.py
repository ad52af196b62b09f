"""A consignment is sent when every queue has its part, and not before."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import pytest
from prometheus_client import CollectorRegistry

from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.sqs import OutgoingMessage
from ledgerboard_ingest.fanout import Consignment, Fanout
from ledgerboard_ingest.metrics import IngestMetrics
from ledgerboard_testkit.events import envelope, fact, rejection
from ledgerboard_testkit.memory import MemorySender

CONSIGNMENT = Consignment([envelope(fact())], [("c-1", [rejection()])], [OutgoingMessage("{}", {"reason": "r"})])


class Bench(Protocol):
    """What the fixture gives, as far as this module uses it."""

    rank: MemorySender
    history: MemorySender
    dead_letters: MemorySender
    fanout: Fanout

    def counted(self, name: str, **labels: str) -> float: ...


def test_rank_and_history_get_the_same_facts_and_history_alone_the_rejections(bench: Bench) -> None:
    bench.fanout.send(CONSIGNMENT)
    assert bench.rank.bodies == bench.history.bodies[:1]
    assert len(bench.history.bodies) == 2
    assert "ledgerboard.rejections" in bench.history.bodies[1]
    assert bench.dead_letters.sent == CONSIGNMENT.dead_letters


@pytest.mark.parametrize("down", ["rank", "history", "dead_letters"])
def test_a_queue_that_does_not_acknowledge_fails_the_whole_consignment(bench: Bench, down: str) -> None:
    getattr(bench, down).available = False
    with pytest.raises(UnavailableError):
        bench.fanout.send(CONSIGNMENT)
    assert bench.counted("ingest_envelopes_total") == 0


def test_a_failed_consignment_may_be_sent_again_whole(bench: Bench) -> None:
    bench.history.available = False
    with pytest.raises(UnavailableError):
        bench.fanout.send(CONSIGNMENT)
    bench.history.available = True
    bench.fanout.send(CONSIGNMENT)
    assert bench.rank.bodies == bench.history.bodies[:1] * 2


def test_what_was_sent_is_counted_by_queue(bench: Bench) -> None:
    bench.fanout.send(CONSIGNMENT)
    assert bench.counted("ingest_envelopes_total") == 1
    assert bench.counted("ingest_messages_total", queue="rank") == 1
    assert bench.counted("ingest_messages_total", queue="history") == 2
    assert bench.counted("ingest_messages_total", queue="submissions-dlq") == 1
    assert bench.counted("ingest_fanout_seconds_count") == 1


class Meeting:
    """Two senders that both wait until the other one is sending too."""

    def __init__(self) -> None:
        self._barrier = threading.Barrier(2, timeout=10)

    def send(self, messages: Sequence[OutgoingMessage]) -> None:
        if messages:
            self._barrier.wait()


def test_the_sends_to_rank_and_history_overlap() -> None:
    meeting = Meeting()
    with ThreadPoolExecutor(1) as executor:
        metrics = IngestMetrics(CollectorRegistry())
        Fanout(meeting, meeting, MemorySender(), executor, metrics).send(Consignment([envelope(fact())], [], []))


class SlowSender(MemorySender):
    """Acknowledges only when told to."""

    def __init__(self) -> None:
        super().__init__()
        self.may_finish = threading.Event()

    def send(self, messages: Sequence[OutgoingMessage]) -> None:
        assert self.may_finish.wait(10)
        super().send(messages)


def test_a_failed_send_waits_for_the_other_one_so_that_no_repeat_overtakes_it() -> None:
    rank, history = SlowSender(), MemorySender()
    history.available = False
    with ThreadPoolExecutor(2) as executor:
        fanout = Fanout(rank, history, MemorySender(), executor, IngestMetrics(CollectorRegistry()))
        sending = executor.submit(fanout.send, Consignment([envelope(fact())], [], []))
        with pytest.raises(TimeoutError):
            sending.result(0.3)
        rank.may_finish.set()
        assert isinstance(sending.exception(10), UnavailableError)
    assert len(rank.sent) == 1
