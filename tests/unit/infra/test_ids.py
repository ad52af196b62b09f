"""New ids carry the moment they were asked for."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ledgerboard_contracts import event_time
from ledgerboard_infra.clock import SystemClock
from ledgerboard_infra.ids import new_uuid7


@given(at=st.datetimes(datetime(2020, 1, 1), datetime(2099, 12, 31), timezones=st.just(UTC)))  # noqa: DTZ001 -- timezones= adds it
def test_an_id_tells_its_millisecond(at: datetime) -> None:
    assert timedelta(0) <= at - event_time(new_uuid7(at)) < timedelta(milliseconds=1)


def test_ids_of_one_moment_differ() -> None:
    at = datetime(2026, 11, 21, tzinfo=UTC)
    assert len({new_uuid7(at) for _ in range(10_000)}) == 10_000


def test_the_system_clock_is_aware_and_utc() -> None:
    assert SystemClock().now().utcoffset() == timedelta(0)
