"""Each message is settled by its own verdict, on a real queue."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ledgerboard_infra.stream import Dead, Done, Later, Message, Retry, Verdict
from ledgerboard_testkit.polling import eventually
from ledgerboard_testkit.queues import make_queue
from ledgerboard_testkit.streams import ScriptedHandler, consuming, with_lanes

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


def test_done_messages_are_deleted(client: "SQSClient") -> None:
    queue = make_queue(client)
    queue.send(*map(str, range(25)))
    with consuming(queue, handler := ScriptedHandler()) as running:
        eventually(lambda: len(handler.bodies) == 25)
        eventually(queue.is_empty)
    assert sorted(handler.bodies, key=int) == [str(n) for n in range(25)]
    assert running.metric("stream_messages_total", outcome="received") == 25
    assert running.metric("stream_messages_total", outcome="done") == 25
    assert running.drained is True


def test_one_retry_in_a_batch_comes_back_alone(client: "SQSClient") -> None:
    def answer(batch: Sequence[Message]) -> list[Verdict]:
        return [Retry("not yet") if m.body == "b" and m.receive_count == 1 else Done() for m in batch]

    queue = make_queue(client)
    queue.send("a", "b", "c")
    with consuming(queue, handler := ScriptedHandler(answer), with_lanes(1)) as running:
        eventually(lambda: len(handler.bodies) == 4)
        eventually(queue.is_empty)
    assert sorted(handler.bodies) == ["a", "b", "b", "c"]
    assert running.metric("stream_messages_total", outcome="retried") == 1


def test_a_poison_message_is_dead_lettered_with_its_reason_and_its_batch_mates_are_done(client: "SQSClient") -> None:
    def answer(batch: Sequence[Message]) -> list[Verdict]:
        return [Dead("no such game") if m.body == "poison" else Done() for m in batch]

    queue = make_queue(client)
    queue.send("a", "poison", "c", correlation_id="req-7")
    with consuming(queue, ScriptedHandler(answer), with_lanes(1)) as running:
        eventually(queue.is_empty)
        eventually(lambda: running.metric("stream_messages_total", outcome="dead") == 1)
    letters = queue.dead_letters()
    assert list(letters) == ["poison"]
    assert letters["poison"]["reason"] == "no such game"
    assert letters["poison"]["correlation_id"] == "req-7"
    assert letters["poison"]["source_queue"] == queue.url.rsplit("/", 1)[-1]


def test_a_message_that_always_fails_is_dead_lettered_at_its_last_receive(client: "SQSClient") -> None:
    def answer(batch: Sequence[Message]) -> list[Verdict]:
        return [Retry("still broken") for _ in batch]

    queue = make_queue(client, max_receives=3)
    queue.send("stubborn")
    with consuming(queue, handler := ScriptedHandler(answer), with_lanes(1)):
        eventually(queue.is_empty)
    assert [batch[0].receive_count for batch in handler.batches] == [1, 2, 3]
    assert queue.dead_letters()["stubborn"]["reason"] == "gave up after 3 receives: still broken"


def test_an_exception_condemns_only_the_message_that_causes_it(client: "SQSClient") -> None:
    def answer(batch: Sequence[Message]) -> list[Verdict]:
        if any(message.body == "bomb" for message in batch):
            raise ZeroDivisionError("boom")
        return [Done() for _ in batch]

    queue = make_queue(client, max_receives=2)
    queue.send("a", "bomb", "c")
    with consuming(queue, handler := ScriptedHandler(answer), with_lanes(1)):
        eventually(queue.is_empty)
    letters = queue.dead_letters()
    assert letters["bomb"]["reason"] == "gave up after 2 receives: ZeroDivisionError: boom"
    assert list(letters) == ["bomb"]
    assert handler.bodies.count("a") == 2, "once with the others, once alone"


def test_a_handler_that_miscounts_its_verdicts_loses_nothing(client: "SQSClient") -> None:
    queue = make_queue(client, max_receives=1)
    queue.send("a", "b")
    with consuming(queue, ScriptedHandler(lambda _: []), with_lanes(1)):
        eventually(queue.is_empty)
    letters = queue.dead_letters()
    assert sorted(letters) == ["a", "b"]
    assert "one verdict a message" in letters["a"]["reason"]


def test_attributes_and_times_arrive_with_the_message(client: "SQSClient") -> None:
    queue = make_queue(client)
    queue.send("a", correlation_id="req-1")
    with consuming(queue, handler := ScriptedHandler()) as running:
        eventually(queue.is_empty)
    message = handler.batches[0][0]
    assert message.attributes == {"correlation_id": "req-1"}
    assert message.receive_count == 1
    assert message.sent_at.utcoffset() is not None
    assert running.metric("stream_message_age_seconds_count") == 1
    assert running.metric("stream_message_age_seconds_sum") < 15
    assert running.metric("stream_batch_messages_sum") == 1
    assert running.metric("stream_handle_seconds_count") == 1


def test_a_message_that_must_wait_comes_again_as_often_as_it_takes_and_burns_no_receives(client: "SQSClient") -> None:
    tries: list[Message] = []

    def answer(batch: Sequence[Message]) -> list[Verdict]:
        tries.extend(batch)
        return [Later("somebody is busy") if len(tries) < 3 else Done() for _ in batch]

    queue = make_queue(client, max_receives=2)
    queue.send("a", correlation_id="req-7")
    with consuming(queue, ScriptedHandler(answer), with_lanes(1)) as running:
        eventually(lambda: len(tries) == 3, within_seconds=30)
        eventually(queue.is_empty)
    assert [(each.body, each.receive_count, each.attributes["correlation_id"]) for each in tries] == [
        ("a", 1, "req-7")
    ] * 3
    assert running.metric("stream_messages_total", outcome="postponed") == 2
    assert queue.dead_letters() == {}
