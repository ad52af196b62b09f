"""A keyed parcel travels alone, under its own envelope id, and does not spoil the company of others."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

from ledgerboard_gateway.parcels import Outcome, Parcel, keyed_parcel, pack
from ledgerboard_testkit.polling import eventually
from ledgerboard_testkit.submissions import submission
from tests.unit.gateway.publishing import HeldQueue, publishing


def plain(number: int) -> Parcel:
    (made,) = pack([submission(number)], f"r-{number}")
    return made


def keyed(number: int, envelope_id: UUID | None = None) -> Parcel:
    return keyed_parcel((submission(number),), envelope_id or uuid4(), f"k-{number}")


def test_keyed_parcels_travel_alone_and_the_others_together() -> None:
    queue, alone = HeldQueue(), [keyed(number) for number in range(100, 104)]
    with publishing(queue) as publisher, ThreadPoolExecutor(20) as pool:
        answers = [pool.submit(publisher.publish, [plain(0)])]
        eventually(lambda: queue.tried)
        for number in range(1, 5):
            answers += [pool.submit(publisher.publish, [each]) for each in (plain(number), alone[number - 1])]
        eventually(lambda: publisher.waiting == 8)
        queue.open.set()
        for answer in answers:
            answer.result(5)
    sizes = sorted((each.keyed, len(each.submissions)) for each in queue.envelopes)
    assert sizes == [(False, 1), (False, 4), *[(True, 1)] * 4]
    assert {each.envelope_id for each in queue.envelopes if each.keyed} == {each.envelope_id for each in alone}
    assert {each.outcome for each in alone} == {Outcome.ACKNOWLEDGED}


def test_the_same_parcel_is_the_same_envelope() -> None:
    queue, envelope_id = HeldQueue(), uuid4()
    queue.open.set()
    with publishing(queue) as publisher:
        for _ in range(2):
            publisher.publish([keyed(1, envelope_id)])
    first, second = queue.envelopes
    assert first == second
    assert (first.envelope_id, first.keyed) == (envelope_id, True)


def test_a_keyed_parcel_that_was_given_up_in_line_is_never_sent() -> None:
    queue = HeldQueue()
    with publishing(queue, timeout_seconds=0.2) as publisher, ThreadPoolExecutor() as pool:
        pool.submit(publisher.publish, [plain(0)])
        eventually(lambda: queue.tried)
        given_up = keyed(1)
        publisher.publish([given_up])
        assert given_up.outcome is Outcome.WITHDRAWN
        queue.open.set()
    assert [envelope.keyed for envelope in queue.envelopes] in ([], [False])
