"""Nobody is told of success before the queue acknowledged, and what was given up in line is never sent."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from ledgerboard_contracts import MAX_MESSAGE_BYTES
from ledgerboard_gateway.buffer import Buffer, BufferFullError
from ledgerboard_gateway.metrics import GatewayMetrics
from ledgerboard_gateway.parcels import Outcome, Parcel, pack
from ledgerboard_gateway.settings import PublisherSettings
from ledgerboard_infra.errors import RefusedError, UnavailableError
from ledgerboard_infra.sqs import OutgoingMessage
from ledgerboard_testkit.polling import eventually
from ledgerboard_testkit.submissions import submission
from tests.unit.gateway.publishing import HeldQueue, publishing


def parcel(number: int = 0, correlation_id: str = "r-1") -> Parcel:
    (made,) = pack([submission(number)], correlation_id)
    return made


def test_a_request_waits_until_the_queue_acknowledged_its_own_envelope() -> None:
    queue = HeldQueue()
    with publishing(queue) as publisher, ThreadPoolExecutor() as pool:
        mine = parcel()
        answered = pool.submit(publisher.publish, [mine])
        eventually(lambda: queue.tried)
        assert not answered.done()
        queue.open.set()
        answered.result(5)
    assert mine.outcome is Outcome.ACKNOWLEDGED
    assert [envelope.envelope_id for envelope in queue.envelopes] == [mine.envelope_id]


def test_requests_that_arrive_while_a_send_is_in_flight_share_the_next_envelope() -> None:
    queue = HeldQueue()
    with publishing(queue) as publisher, ThreadPoolExecutor(20) as pool:
        answers = [pool.submit(publisher.publish, [parcel(0, "first")])]
        eventually(lambda: queue.tried)
        answers += [pool.submit(publisher.publish, [parcel(number, f"r-{number}")]) for number in range(1, 13)]
        eventually(lambda: publisher.waiting == 12)
        queue.open.set()
        for answer in answers:
            answer.result(5)
    assert [len(envelope.submissions) for envelope in queue.envelopes] == [1, 12]


def test_an_envelope_bears_the_request_id_that_its_submissions_share_and_else_its_own() -> None:
    queue = HeldQueue()
    with publishing(queue) as publisher, ThreadPoolExecutor(20) as pool:
        answers = [pool.submit(publisher.publish, [parcel(0, "alone")])]
        eventually(lambda: queue.tried)
        answers += [pool.submit(publisher.publish, [parcel(number, f"r-{number}")]) for number in (1, 2)]
        eventually(lambda: publisher.waiting == 2)
        queue.open.set()
        for answer in answers:
            answer.result(5)
    alone, shared = queue.envelopes
    assert (alone.correlation_id, shared.correlation_id) == ("alone", str(shared.envelope_id))
    assert [message.attributes["correlation_id"] for message in queue.taken] == [
        alone.correlation_id,
        shared.correlation_id,
    ]


def test_a_request_that_gives_up_in_line_is_never_sent() -> None:
    queue = HeldQueue()
    with publishing(queue, timeout_seconds=0.1) as publisher, ThreadPoolExecutor() as pool:
        in_flight, in_line = parcel(1), parcel(2)
        first = pool.submit(publisher.publish, [in_flight])
        eventually(lambda: queue.tried)
        publisher.publish([in_line])
        first.result(5)
        assert (in_flight.outcome, in_line.outcome) == (Outcome.UNACKNOWLEDGED, Outcome.WITHDRAWN)
        queue.open.set()
        publisher.publish([parcel(3)])
    sent = [each.player for envelope in queue.envelopes for each in envelope.submissions]
    assert sent == ["player-1", "player-3"]


def test_an_outage_is_ridden_out_with_the_same_bytes() -> None:
    queue = HeldQueue()
    queue.error = UnavailableError("down")
    queue.open.set()
    with publishing(queue) as publisher, ThreadPoolExecutor() as pool:
        mine = parcel()
        answered = pool.submit(publisher.publish, [mine])
        eventually(lambda: len(queue.tried) > 2)
        queue.error = None
        answered.result(5)
    assert mine.outcome is Outcome.ACKNOWLEDGED
    assert len({message.body for message in queue.tried}) == 1


def test_what_everybody_gave_up_during_an_outage_is_not_sent_after_it() -> None:
    queue = HeldQueue()
    queue.error = UnavailableError("down")
    queue.open.set()

    def is_acknowledged() -> bool:
        later = parcel(2)
        publisher.publish([later])
        return later.outcome is Outcome.ACKNOWLEDGED

    with publishing(queue, timeout_seconds=0.15) as publisher:
        publisher.publish([parcel(1)])
        queue.error = None
        eventually(is_acknowledged, what="the first send after the outage, which a busy machine may delay")
    sent = {each.player for envelope in queue.envelopes for each in envelope.submissions}
    assert sent == {"player-2"}


@pytest.mark.parametrize("error", [UnavailableError("down"), RefusedError("no"), RuntimeError("a defect")])
def test_no_failure_of_a_send_is_taken_for_an_acknowledgement_or_ends_sending(error: Exception) -> None:
    queue = HeldQueue()
    queue.error = error
    queue.open.set()
    with publishing(queue, timeout_seconds=1.0) as publisher:
        mine, later = parcel(1), parcel(2)
        publisher.publish([mine])
        assert mine.outcome is Outcome.UNACKNOWLEDGED
        queue.error = None
        publisher.publish([later])
    assert later.outcome is Outcome.ACKNOWLEDGED


def test_a_request_that_finds_the_buffer_full_waits_for_room_before_it_is_refused() -> None:
    queue = HeldQueue()
    with publishing(queue, buffer_requests=2) as publisher, ThreadPoolExecutor(20) as pool:
        answers = [pool.submit(publisher.publish, [parcel(0)])]
        eventually(lambda: queue.tried)
        answers += [pool.submit(publisher.publish, [parcel(number)]) for number in range(1, 20)]
        eventually(lambda: publisher.waiting == 2)
        queue.open.set()
        for answer in answers:
            answer.result(5)
    assert sum(len(envelope.submissions) for envelope in queue.envelopes) == 20


def test_a_buffer_that_has_no_room_in_time_keeps_nothing_of_the_request() -> None:
    settings = PublisherSettings(buffer_requests=2, buffer_bytes=100_000)
    buffer = Buffer(settings, GatewayMetrics(CollectorRegistry()))
    in_time, too_late = time.monotonic() + 60, time.monotonic()
    buffer.put([parcel(1), parcel(2)], in_time)
    with pytest.raises(BufferFullError):
        buffer.put([parcel(3)], too_late)
    assert len(buffer.take()) == 2
    buffer.put([parcel(number) for number in range(3)], too_late)
    assert buffer.parcels == 3, "more than the buffer holds, while nothing else waits"


def test_closing_sends_what_waits_and_takes_nothing_more() -> None:
    queue = HeldQueue()
    with publishing(queue, linger_seconds=0.1) as publisher, ThreadPoolExecutor() as pool:
        queue.open.set()
        answers = [pool.submit(publisher.publish, [parcel(number)]) for number in range(8)]
        eventually(lambda: publisher.waiting or queue.taken)
        publisher.close(5)
        with pytest.raises(BufferFullError):
            publisher.publish([parcel(9)])
        refused = sum(isinstance(answer.exception(5), BufferFullError) for answer in answers)
    assert sum(len(envelope.submissions) for envelope in queue.envelopes) == 8 - refused


@given(
    outages=st.lists(st.booleans(), min_size=1, max_size=30),
    sizes=st.lists(st.integers(1, 40), min_size=1, max_size=12),
)
@settings(max_examples=25, deadline=None)
def test_what_is_acknowledged_is_exactly_what_the_queue_took(outages: list[bool], sizes: list[int]) -> None:
    queue, script = HeldQueue(), iter(outages)

    def send_one(message: OutgoingMessage) -> None:
        if next(script, False):
            raise UnavailableError("down")
        queue.taken.append(message)

    queue.send_one = send_one  # type: ignore[method-assign]  # The fake itself, not our code.
    with publishing(queue, timeout_seconds=0.15, senders=2) as publisher, ThreadPoolExecutor(12) as pool:
        parcels = [pack([submission(size * 100 + n) for n in range(size)], f"r-{size}") for size in sizes]
        list(pool.map(publisher.publish, parcels))
    flat = [each for made in parcels for each in made]
    taken = {envelope.envelope_id for envelope in queue.envelopes}
    assert all(each.envelope_id in taken for each in flat if each.outcome is Outcome.ACKNOWLEDGED)
    assert not any(each.envelope_id in taken for each in flat if each.outcome is Outcome.WITHDRAWN)
    assert all(len(message.body.encode()) <= MAX_MESSAGE_BYTES for message in queue.taken)
    assert all(each.outcome is not None for each in flat)
