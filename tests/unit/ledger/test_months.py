from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from ledgerboard_contracts import event_time
from ledgerboard_ledger import Month
from ledgerboard_testkit import strategies


@given(strategies.event_ids)
def test_an_event_lies_within_the_bounds_of_its_month(event_id: UUID) -> None:
    month = Month.containing(event_time(event_id))
    assert month.first_id <= event_id < month.following.first_id


@given(st.datetimes(datetime(2020, 1, 1), datetime(2099, 12, 31), timezones=st.just(UTC)))  # noqa: DTZ001 -- bounds
def test_the_following_month_begins_where_this_one_ends(when: datetime) -> None:
    month = Month.containing(when)
    begins = datetime(month.following.year, month.following.number, 1, tzinfo=UTC)
    assert Month.containing(begins - timedelta(microseconds=1)) == month
    assert Month.containing(begins) == month.following


def test_a_month_is_that_of_utc() -> None:
    assert Month.containing(datetime(2026, 12, 1, 1, tzinfo=timezone(timedelta(hours=2)))) == Month(2026, 11)


def test_december_is_followed_by_january() -> None:
    assert Month(2026, 12).following == Month(2027, 1)


def test_partitions_are_named_by_year_and_month() -> None:
    assert Month(2026, 3).partition_of("facts") == "facts_2026_03"
