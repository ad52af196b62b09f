"""Messages are as few as fit, and hold exactly what was put into them."""

import math
from collections import Counter
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from ledgerboard_contracts import MAX_MESSAGE_BYTES, FactEnvelope, RejectionsMessage, wire
from ledgerboard_ingest.packing import FRAME_BYTES, fill, pack_facts, pack_rejections
from ledgerboard_testkit import strategies
from ledgerboard_testkit.bodies import facts_of
from ledgerboard_testkit.events import envelope, fact, rejection

parts = st.lists(st.integers(0, 120).map(lambda size: b"x" * size), max_size=40)


@given(parts)
def test_filling_loses_nothing_and_doubles_nothing(given_parts: list[bytes]) -> None:
    assert Counter(part for parcel in fill(given_parts, 100) for part in parcel) == Counter(given_parts)


@given(parts)
def test_no_parcel_is_overfull_but_one_that_cannot_be_divided(given_parts: list[bytes]) -> None:
    for parcel in fill(given_parts, 100):
        assert len(parcel) == 1 or sum(len(part) + 1 for part in parcel) <= 100


@given(st.lists(st.integers(0, 99).map(lambda size: b"x" * size), max_size=40))
def test_parcels_are_about_as_few_as_possible(given_parts: list[bytes]) -> None:
    fewest = math.ceil(sum(len(part) + 1 for part in given_parts) / 100)
    halves = sum(len(part) + 1 > 50 for part in given_parts)
    assert len(fill(given_parts, 100)) <= max(2 * fewest, fewest + halves)


def test_a_large_part_does_not_keep_small_ones_from_sharing_a_message() -> None:
    assert len(fill([b"x" * 10, b"x" * 10, b"x" * 80, b"x" * 80], 100)) == 2


@given(st.lists(strategies.fact_envelopes, max_size=5, unique_by=lambda each: each.envelope_id))
def test_packed_facts_decode_to_the_envelopes_that_were_packed(envelopes: list[FactEnvelope]) -> None:
    unpacked = [each for message in pack_facts(envelopes) for each in facts_of(message.body)]
    assert sorted(unpacked, key=str) == sorted(envelopes, key=str)


def test_a_packed_message_is_byte_for_byte_what_the_wire_makes_of_it() -> None:
    (message,) = pack_facts([envelope(fact("ada"), fact("Zoë \uffff"))])
    assert message.body == wire.encode(wire.RANK.decode(message.body))


def test_full_messages_stay_within_the_limit_with_their_attributes() -> None:
    envelopes = [
        FactEnvelope(
            envelope_id=UUID(int=number), correlation_id="c" * 64, board="b" * 64, board_version=2**31 - 1,
            facts=tuple(fact(f"player-{index}") for index in range(number % 90 + 1)),
        )
        for number in range(200)
    ]  # fmt: skip
    messages = pack_facts(envelopes)
    assert all(message.size_bytes <= MAX_MESSAGE_BYTES for message in messages)
    total_bytes = sum(len(wire.encode(each)) + 1 for each in envelopes)
    assert len(messages) == math.ceil(total_bytes / (MAX_MESSAGE_BYTES - FRAME_BYTES))


def test_an_envelope_larger_than_a_message_should_be_travels_alone() -> None:
    large = envelope(*(fact(f"player-{number}") for number in range(2000)))
    bodies = [message.body for message in pack_facts([envelope(fact()), large])]
    assert sorted(len(body) > MAX_MESSAGE_BYTES for body in bodies) == [False, True]


def test_the_correlation_id_stands_beside_a_message_only_when_it_holds_one() -> None:
    one, same = envelope(fact("a")), envelope(fact("b"))
    other = FactEnvelope(
        envelope_id=UUID(int=1), correlation_id="other", board="race", board_version=1, facts=(fact("c"),)
    )
    assert pack_facts([one, same])[0].attributes == {"correlation_id": one.correlation_id}
    assert pack_facts([one, other])[0].attributes == {}


def test_rejections_of_two_correlations_never_share_a_message() -> None:
    one, two, three = rejection(detail="1"), rejection(detail="2"), rejection(detail="3")
    messages = pack_rejections([("a", [one]), ("b", [two]), ("a", [three])])
    decoded = [wire.HISTORY.decode(message.body) for message in messages]
    assert decoded == [
        RejectionsMessage(rejections=(one, three), correlation_id="a"),
        RejectionsMessage(rejections=(two,), correlation_id="b"),
    ]
    assert [message.attributes for message in messages] == [{"correlation_id": "a"}, {"correlation_id": "b"}]


def test_rejections_that_outgrow_their_source_are_cut_into_messages_within_the_limit() -> None:
    messages = pack_rejections([("a", [rejection(detail=f"{number:0300}") for number in range(1000)])])
    assert len(messages) > 1
    assert all(message.size_bytes <= MAX_MESSAGE_BYTES for message in messages)


def test_nothing_becomes_no_message() -> None:
    assert not pack_facts([])
    assert not pack_rejections([("a", [])])
