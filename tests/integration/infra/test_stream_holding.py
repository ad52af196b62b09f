"""Slow handlers and outages: what is in hand stays in hand, and costs no receives."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.stream import Done, Message, Verdict
from ledgerboard_testkit.polling import eventually
from ledgerboard_testkit.queues import RealQueue, make_queue
from ledgerboard_testkit.streams import QUICK, ScriptedHandler, all_done, consuming, with_lanes

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class Dependency:
    """Down until it is brought up."""

    def __init__(self) -> None:
        self.up = threading.Event()
        self.tries = 0

    def answer(self, batch: Sequence[Message]) -> list[Verdict]:
        self.tries += 1
        if not self.up.is_set():
            raise UnavailableError("the store is down")
        return all_done(batch)


def test_the_heartbeat_keeps_a_slow_batch_invisible(client: "SQSClient") -> None:
    queue = make_queue(client, visibility_timeout_seconds=1)
    finish = threading.Event()

    def answer(batch: Sequence[Message]) -> list[Verdict]:
        finish.wait(20)
        return all_done(batch)

    queue.send("a", "b", "c")
    with consuming(queue, handler := ScriptedHandler(answer), with_lanes(1)) as running:
        eventually(lambda: running.metric("stream_in_hand_messages") == 3)
        assert not _shown_within(queue, seconds=2), "two visibility timeouts passed"
        finish.set()
        eventually(queue.is_empty)
    assert handler.bodies == ["a", "b", "c"]


def test_an_outage_holds_the_batch_and_burns_no_receives(client: "SQSClient") -> None:
    queue = make_queue(client, visibility_timeout_seconds=1, max_receives=2)
    store = Dependency()
    queue.send("a", "b")
    with consuming(queue, handler := ScriptedHandler(store.answer), with_lanes(1)) as running:
        eventually(lambda: running.metric("stream_holds_total") >= 4)
        assert not _shown_within(queue, seconds=2)
        store.up.set()
        eventually(queue.is_empty)
    assert {message.receive_count for batch in handler.batches for message in batch} == {1}
    assert running.metric("stream_messages_total", outcome="done") == 2
    assert not queue.dead_letters()


def test_a_stop_during_an_outage_gives_the_batch_back_at_once(client: "SQSClient") -> None:
    queue = make_queue(client, visibility_timeout_seconds=600)
    store = Dependency()
    queue.send("a", "b")
    with consuming(queue, ScriptedHandler(store.answer), with_lanes(1)) as running:
        eventually(lambda: store.tries >= 2)
    assert running.drained is True
    assert sorted(message["Body"] for message in queue.receive()) == ["a", "b"]
    assert running.metric("stream_messages_total", outcome="released") == 2


def test_a_stop_lets_the_batch_in_work_finish(client: "SQSClient") -> None:
    queue = make_queue(client, visibility_timeout_seconds=600)
    working, finish = threading.Event(), threading.Event()

    def answer(batch: Sequence[Message]) -> list[Verdict]:
        working.set()
        finish.wait(20)
        return [Done() for _ in batch]

    queue.send("a")
    with consuming(queue, ScriptedHandler(answer)) as running:
        assert working.wait(10)
        threading.Timer(0.5, finish.set).start()
        running.stop()
    assert queue.is_empty()
    assert running.drained is True


def test_a_batch_that_outlasts_the_grace_period_is_given_back(client: "SQSClient") -> None:
    queue = make_queue(client, visibility_timeout_seconds=600)
    working, finish = threading.Event(), threading.Event()

    def answer(batch: Sequence[Message]) -> list[Verdict]:
        working.set()
        finish.wait(30)
        return all_done(batch)

    queue.send("a")
    with consuming(queue, ScriptedHandler(answer), replace(QUICK, lanes=1, grace_seconds=1.2)) as running:
        assert working.wait(10)
        running.stop()
        assert [message["Body"] for message in queue.receive()] == ["a"]
        finish.set()
    assert running.drained is False


def test_lanes_overlap(client: "SQSClient") -> None:
    queue = make_queue(client)
    together = threading.Barrier(2)

    def answer(batch: Sequence[Message]) -> list[Verdict]:
        together.wait(15)
        return all_done(batch)

    queue.send(*map(str, range(20)))
    with consuming(queue, ScriptedHandler(answer), with_lanes(2)):
        eventually(queue.is_empty)
    assert not together.broken


def _shown_within(queue: RealQueue, *, seconds: int) -> bool:
    """Whether anybody else could get a message of the queue in that time."""
    answer = queue.client.receive_message(QueueUrl=queue.url, WaitTimeSeconds=seconds)
    return bool(answer.get("Messages"))
