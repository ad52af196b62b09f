"""A view's period is decided once, in UTC, by ISO rules; every service must draw the same bounds."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerboard_contracts import (
    ALL_TIME,
    InvalidPeriodKeyError,
    Period,
    span_containing,
    span_from_key,
    spans_of,
)

MICROSECOND = timedelta(microseconds=1)
instants = st.datetimes(
    datetime(1971, 1, 2),  # noqa: DTZ001 -- hypothesis wants its bounds naive.
    datetime(2099, 12, 31),  # noqa: DTZ001 -- likewise.
    timezones=st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes))),
)
dated = st.sampled_from([Period.MONTH, Period.WEEK, Period.DAY])


@given(instants, dated)
def test_a_span_contains_its_instant(when: datetime, period: Period) -> None:
    span = span_containing(period, when)
    assert span.start is not None
    assert span.end is not None
    assert span.start <= when < span.end


@given(instants, dated)
def test_spans_of_one_period_meet_without_gap_or_overlap(when: datetime, period: Period) -> None:
    span = span_containing(period, when)
    assert span.start is not None
    assert span.end is not None
    assert span_containing(period, span.end).start == span.end
    assert span_containing(period, span.start - MICROSECOND).end == span.start


@given(instants, dated)
def test_a_key_names_its_own_span(when: datetime, period: Period) -> None:
    span = span_containing(period, when)
    assert span_from_key(period, span.key) == span


@given(instants, instants, dated)
def test_keys_sort_as_time_does(one: datetime, other: datetime, period: Period) -> None:
    earlier, later = sorted((one, other))
    assert span_containing(period, earlier).key <= span_containing(period, later).key


@given(instants)
def test_a_moment_lies_in_the_same_spans_whatever_zone_tells_it(when: datetime) -> None:
    assert spans_of(when) == spans_of(when.astimezone(UTC))


@given(instants)
def test_a_day_key_carries_the_day_of_the_month_and_a_month_from_one(when: datetime) -> None:
    """Traps 1 and 2: a weekday, or a month counted from 0, in a key."""
    utc = when.astimezone(UTC)
    year, month, day = span_containing(Period.DAY, when).key.split("-")
    assert (int(year), int(month), int(day)) == (utc.year, utc.month, utc.day)
    assert span_containing(Period.MONTH, when).key == f"{year}-{month}"


@given(instants)
def test_a_week_is_seven_days_from_monday_and_never_a_month(when: datetime) -> None:
    """Trap 3: a label that says week on a span that is a month."""
    week = span_containing(Period.WEEK, when)
    assert week.start is not None
    assert week.end is not None
    assert week.end - week.start == timedelta(days=7)
    assert week.start.weekday() == 0
    assert "W" in week.key


@pytest.mark.parametrize(
    ("when", "key"),
    [
        ("2021-01-03T23:59:59.999999+00:00", "2020-W53"),
        ("2021-01-04T00:00:00+00:00", "2021-W01"),
        ("2024-12-30T00:00:00+00:00", "2025-W01"),
        ("2024-12-29T23:59:59+00:00", "2024-W52"),
        ("2026-12-31T12:00:00+00:00", "2026-W53"),
        ("2027-01-01T00:00:00+00:00", "2026-W53"),
    ],
)
def test_iso_weeks_cross_years_as_the_calendar_says(when: str, key: str) -> None:
    assert span_containing(Period.WEEK, datetime.fromisoformat(when)).key == key


def test_the_day_is_utc_whatever_zone_the_clock_shows() -> None:
    """Trap 4: a day decided by two clocks."""
    evening_in_lima = datetime(2026, 11, 20, 21, 0, tzinfo=timezone(timedelta(hours=-5)))
    assert [span.key for span in spans_of(evening_in_lima)] == ["all", "2026-11", "2026-W47", "2026-11-21"]


def test_december_ends_with_the_year() -> None:
    span = span_from_key(Period.MONTH, "2026-12")
    assert (span.start, span.end) == (datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))


def test_live_views_of_dated_spans_expire_and_those_of_all_time_never() -> None:
    assert ALL_TIME.expires_at is None
    assert span_from_key(Period.DAY, "2026-11-21").expires_at == datetime(2026, 11, 30, tzinfo=UTC)
    assert span_from_key(Period.WEEK, "2026-W47").expires_at == datetime(2026, 12, 23, tzinfo=UTC)
    assert span_from_key(Period.MONTH, "2026-11").expires_at == datetime(2027, 2, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("period", "key"),
    [
        (Period.DAY, "2026-11-31"), (Period.DAY, "2026-1-1"), (Period.DAY, "20261121"), (Period.DAY, "2026-11-21\n"),
        (Period.DAY, "2026-11"), (Period.DAY, "٢٠٢٦-11-21"), (Period.WEEK, "2025-W53"), (Period.WEEK, "2026-W00"),
        (Period.WEEK, "2026-W47-1"), (Period.WEEK, "2026-47"), (Period.MONTH, "2026-13"), (Period.MONTH, "2026-00"),
        (Period.MONTH, "2026"), (Period.MONTH, "9999-12"), (Period.DAY, "0001-01-01"), (Period.ALL, "all"),
        (Period.DAY, ""),
    ],
)  # fmt: skip
def test_a_key_of_another_form_is_refused_with_the_form_that_is_expected(period: Period, key: str) -> None:
    with pytest.raises(InvalidPeriodKeyError, match=f"does not name a {period.value}: expected "):
        span_from_key(period, key)
