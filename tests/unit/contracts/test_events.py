"""An event's id says when it was made; the ledger's partitions rest on that."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerboard_contracts import InvalidEventIdError, event_time
from ledgerboard_contracts.events import InvalidTimeError, are_uuid7, check_occurred_at
from ledgerboard_testkit.strategies import uuid7

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
randomness = st.integers(0, 2**74 - 1)


@given(st.integers(1_577_836_800_000, 4_102_444_799_999), randomness)
def test_the_time_in_an_id_is_the_millisecond_it_was_made_from(milliseconds: int, bits: int) -> None:
    made_at = event_time(uuid7(milliseconds, bits))
    assert (made_at - EPOCH) // timedelta(milliseconds=1) == milliseconds
    assert made_at.tzinfo is UTC


@given(st.integers(0, 2**48 - 1).filter(lambda ms: not 1_577_836_800_000 <= ms < 4_102_444_800_000), randomness)
def test_an_id_of_another_century_is_refused(milliseconds: int, bits: int) -> None:
    with pytest.raises(InvalidEventIdError, match="between 2020 and 2100"):
        event_time(uuid7(milliseconds, bits))


@pytest.mark.parametrize("event_id", [uuid4(), UUID(int=0), UUID(int=2**128 - 1)])
def test_an_id_without_a_time_is_refused(event_id: UUID) -> None:
    with pytest.raises(InvalidEventIdError, match="not a UUIDv7"):
        event_time(event_id)


@given(st.lists(st.one_of(st.uuids(), st.builds(uuid7, st.integers(0, 2**48 - 1), randomness)), max_size=4))
def test_ids_are_told_by_their_form_as_the_standard_library_tells_them(event_ids: list[UUID]) -> None:
    assert are_uuid7(event_ids) == all(each.version == 7 for each in event_ids)


@given(st.integers(0, 15), st.integers(0, 3), st.integers(0, 2**128 - 1))
def test_no_other_version_or_variant_passes(version: int, variant: int, bits: int) -> None:
    number = bits & ~(0xF << 76 | 0b11 << 62) | version << 76 | variant << 62
    assert are_uuid7([UUID(int=number)]) == (UUID(int=number).version == 7)


@pytest.mark.parametrize("when", [datetime(1971, 1, 1, tzinfo=UTC), datetime(2099, 12, 31, 23, 59, tzinfo=UTC)])
def test_a_play_may_be_old(when: datetime) -> None:
    assert check_occurred_at(when) == when


@pytest.mark.parametrize(
    "when",
    [
        datetime.min.replace(tzinfo=timezone(timedelta(hours=14))),
        datetime.max.replace(tzinfo=timezone(timedelta(hours=-14))),
        datetime(1970, 12, 31, tzinfo=UTC),
        datetime(2100, 1, 1, tzinfo=UTC),
    ],
)
def test_a_play_of_an_impossible_year_is_refused(when: datetime) -> None:
    with pytest.raises(InvalidTimeError, match="not between 1971 and 2100"):
        check_occurred_at(when)
