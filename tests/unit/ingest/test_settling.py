"""Once its message is deleted, ``rank`` is told of what was sent to boards that total, if it was sent only once."""

from dataclasses import replace
from typing import Protocol
from uuid import UUID

import pytest

from ledgerboard_contracts import (
    MAX_MESSAGE_BYTES,
    BoardOptions,
    Policy,
    SettledEnvelope,
    SettledMessage,
    SubmissionEnvelope,
    derived_envelope_id,
    wire,
)
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.sqs import REPEATED
from ledgerboard_infra.stream import AcknowledgedHandler, Message
from ledgerboard_ingest.packing import pack_settled
from ledgerboard_ingest.unsettled import MOST_MESSAGES, Unsettled
from ledgerboard_ingest.worker import SubmissionsHandler
from ledgerboard_testkit.memory import MemorySender
from ledgerboard_testkit.submissions import (
    SOURCE_ID,
    MemoryDefinitions,
    received,
    submission,
    submission_envelope,
)

SOUND = submission_envelope(*(submission(number, board=board) for number, board in enumerate(["sums", "race", "sums"])))
EXPECTED = SettledEnvelope(board="sums", envelope_id=derived_envelope_id(SOURCE_ID, "sums", 1))


class Bench(Protocol):
    """What the fixture gives, as far as this module uses it."""

    definitions: MemoryDefinitions
    rank: MemorySender
    history: MemorySender
    handler: SubmissionsHandler

    def counted(self, name: str, **labels: str) -> float: ...


@pytest.fixture(autouse=True)
def sums(bench: Bench) -> None:
    bench.definitions.define("sums", options=BoardOptions(policy=Policy.TOTAL, min_score=0))


def message(source: SubmissionEnvelope = SOUND, message_id: str = "m-1", receive_count: int = 1) -> Message:
    return replace(received(source, receive_count=receive_count), message_id=message_id)


def settled(bench: Bench) -> list[SettledEnvelope]:
    """What ``rank`` was told, in order."""
    messages = [wire.RANK.decode(body) for body in bench.rank.bodies]
    return [each for told in messages if isinstance(told, SettledMessage) for each in told.envelopes]


def test_what_a_total_was_sent_is_settled_once_its_message_is_deleted_and_not_before(bench: Bench) -> None:
    bench.handler.handle([message()])
    assert settled(bench) == []
    bench.handler.acknowledged([message()])
    bench.handler.acknowledged([message()])
    assert settled(bench) == [EXPECTED]
    assert len(bench.history.sent) == 1
    assert bench.counted("ingest_messages_total", queue="rank") == 2


def test_what_a_keyed_request_sent_is_never_settled_since_it_may_be_sent_again_hours_later(bench: Bench) -> None:
    bench.handler.handle([message(replace(SOUND, keyed=True))])
    bench.handler.acknowledged([message(replace(SOUND, keyed=True))])
    assert settled(bench) == []
    assert len(bench.rank.sent) == 1


def test_a_batch_is_settled_in_one_message(bench: Bench) -> None:
    sources = [replace(SOUND, envelope_id=UUID(int=number)) for number in range(10)]
    batch = [message(source, str(number)) for number, source in enumerate(sources)]
    bench.handler.handle(batch)
    bench.handler.acknowledged(batch)
    assert len(settled(bench)) == 10
    assert len(bench.rank.sent) == 2


@pytest.mark.parametrize(
    "source",
    [
        submission_envelope(submission(board="race")),
        submission_envelope(submission(board="sums", score=-1)),
        submission_envelope(submission(board="sums"), submission(board="race", board_version=9)),
    ],
    ids=["no total", "only rejected", "retried"],
)
def test_nothing_is_settled_where_no_total_was_sent_or_the_message_is_not_done(
    bench: Bench, source: SubmissionEnvelope
) -> None:
    bench.handler.handle([message(source)])
    bench.handler.acknowledged([message(source)])
    assert settled(bench) == []


def test_what_was_received_before_is_not_settled_since_a_copy_may_be_under_way(bench: Bench) -> None:
    again = message(receive_count=2)
    bench.handler.handle([again])
    bench.handler.acknowledged([again])
    bench.handler.handle([message()])
    bench.handler.handle([again])
    bench.handler.acknowledged([message()])
    assert settled(bench) == []


@pytest.mark.parametrize(
    ("again", "told"),
    [(message(), False), (message(receive_count=2), True), (replace(message(), attributes={REPEATED: "true"}), True)],
    ids=["once", "received twice", "sent twice"],
)
def test_rank_is_told_what_may_have_been_sent_before_and_nothing_of_that_is_settled(
    bench: Bench, again: Message, *, told: bool
) -> None:
    bench.handler.handle([again])
    bench.handler.acknowledged([again])
    assert (REPEATED in bench.rank.sent[0].attributes) is told
    assert (settled(bench) == []) is told
    assert [REPEATED in each.attributes for each in bench.history.sent] == [told]


def test_what_was_sent_in_part_and_then_again_is_not_settled(bench: Bench) -> None:
    bench.history.available = False
    with pytest.raises(UnavailableError):
        bench.handler.handle([message()])
    bench.history.available = True
    bench.handler.handle([message()])
    bench.handler.handle([message()])
    bench.handler.acknowledged([message()])
    assert settled(bench) == []


def test_an_outage_of_rank_is_told_to_the_runtime_and_forgotten(bench: Bench) -> None:
    bench.handler.handle([message()])
    bench.rank.available = False
    with pytest.raises(UnavailableError):
        bench.handler.acknowledged([message()])
    bench.rank.available = True
    bench.handler.acknowledged([message()])
    assert settled(bench) == []


def test_messages_that_are_never_deleted_do_not_pile_up() -> None:
    unsettled = Unsettled()
    batch = [message(message_id=str(number)) for number in range(MOST_MESSAGES + 1)]
    for each in batch:
        unsettled.keep(each, [EXPECTED])
    assert [each.message_id for each in batch if not unsettled.take(each)] == ["0"]


def test_many_settled_envelopes_are_cut_into_messages_within_the_limit() -> None:
    named = [SettledEnvelope(board="b" * 64, envelope_id=UUID(int=number)) for number in range(3000)]
    packed = pack_settled(named)
    assert len(packed) > 1
    assert all(each.size_bytes <= MAX_MESSAGE_BYTES for each in packed)
    told = [wire.RANK.decode(each.body) for each in packed]
    assert [each for part in told if isinstance(part, SettledMessage) for each in part.envelopes] == named
    assert packed[0].body == wire.encode(told[0])


def test_the_runtime_will_tell_this_handler(bench: Bench) -> None:
    assert isinstance(bench.handler, AcknowledgedHandler)
