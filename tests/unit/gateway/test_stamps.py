"""Stamps are a function of what the claim stored, sound as ids, and in the order of the request's scores."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerboard_contracts import event_time
from ledgerboard_gateway.stamps import MOST, Stamps

MOMENTS = st.datetimes(datetime(2020, 1, 2), datetime(2099, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001 -- hypothesis wants its bounds naive.
NUMBERS = st.integers(0, MOST - 1)


@given(MOMENTS, st.uuids(), NUMBERS)
def test_the_same_claim_makes_the_same_stamps(moment: datetime, seed: UUID, number: int) -> None:
    one, other = Stamps(moment, seed), Stamps(moment, seed)
    assert one.event_id(number) == other.event_id(number)
    assert one.envelope_id(number) == other.envelope_id(number)
    assert one.correction_id() == other.correction_id()


@given(MOMENTS, st.uuids(), NUMBERS)
def test_an_event_id_tells_its_moment(moment: datetime, seed: UUID, number: int) -> None:
    stamps = Stamps(moment, seed)
    occurred_at = stamps.moment(number)
    assert event_time(stamps.event_id(number)) == occurred_at.replace(
        microsecond=occurred_at.microsecond // 1000 * 1000
    )
    assert stamps.event_id(number).variant == UUID(int=0b10 << 62).variant


@given(MOMENTS, st.uuids(), st.lists(NUMBERS, min_size=2, unique=True))
def test_later_scores_have_later_moments_and_greater_ids(moment: datetime, seed: UUID, numbers: list[int]) -> None:
    stamps, ordered = Stamps(moment, seed), sorted(numbers)
    assert sorted(map(stamps.moment, numbers)) == list(map(stamps.moment, ordered))
    assert sorted(map(stamps.event_id, numbers)) == list(map(stamps.event_id, ordered))


def test_no_two_stamps_are_equal() -> None:
    at = datetime(2026, 11, 21, tzinfo=UTC)
    made = [Stamps(at + timedelta(microseconds=step), uuid4()) for step in range(20)]
    ids = [one for stamps in made for n in range(50) for one in (stamps.event_id(n), stamps.envelope_id(n))]
    ids += [stamps.correction_id() for stamps in made]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("number", [-1, MOST])
def test_there_is_no_stamp_of_another_number(number: int) -> None:
    with pytest.raises(ValueError, match="no event"):
        Stamps(datetime(2026, 11, 21, tzinfo=UTC), uuid4()).event_id(number)
