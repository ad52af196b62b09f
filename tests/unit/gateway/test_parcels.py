"""Parcels fit an envelope, keep every submission, and keep their order."""

from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from ledgerboard_contracts import MAX_MESSAGE_BYTES, Submission, SubmissionEnvelope, wire
from ledgerboard_gateway.parcels import ENVELOPE_BYTES, pack, seal
from ledgerboard_testkit import strategies
from ledgerboard_testkit.submissions import submission


@given(st.lists(strategies.submissions, min_size=1, max_size=5), strategies.correlation_ids)
def test_a_sealed_parcel_reads_as_what_was_packed(asked: list[Submission], correlation_id: str) -> None:
    (parcel,) = pack(asked, correlation_id)
    message = seal([parcel], uuid4())
    read = wire.SUBMISSIONS.decode(message.body)
    assert isinstance(read, SubmissionEnvelope)
    assert read.submissions == tuple(asked)
    assert len(message.body.encode()) <= parcel.size_bytes + ENVELOPE_BYTES


def test_a_large_request_is_cut_into_messages_that_fit() -> None:
    asked = [submission(number, player="é" * 64, attributes={"a": "\uffff" * 600}) for number in range(200)]
    parcels = pack(asked, "c" * 64)
    messages = [seal([parcel], uuid4()) for parcel in parcels]
    assert len(parcels) > 1
    assert all(len(message.body.encode()) <= MAX_MESSAGE_BYTES for message in messages)
    assert [each for parcel in parcels for each in parcel.submissions] == asked
