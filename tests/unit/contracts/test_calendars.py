"""A board's own clocks decide its days; whatever they do at night, every moment lies in exactly one day."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerboard_contracts import (
    Calendar,
    InvalidPeriodKeyError,
    Period,
    Season,
    Span,
    UnknownTimeZoneError,
    span_containing,
    span_from_key,
    spans_of,
)
from ledgerboard_contracts.calendars import start_of_day, time_zones, zone_of

MINUTE = timedelta(minutes=1)
ODD = [
    "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia", "America/Sao_Paulo", "Africa/Cairo",
    "America/St_Johns", "America/Havana", "Asia/Beirut", "Pacific/Kiritimati", "Antarctica/Troll", "Asia/Gaza",
]  # fmt: skip
zones = st.sampled_from(ODD) | st.sampled_from(sorted(time_zones()))
instants = st.datetimes(datetime(1971, 1, 3), datetime(2099, 12, 28), timezones=st.just(UTC))  # noqa: DTZ001 -- bounds
dated = st.sampled_from([Period.MONTH, Period.WEEK, Period.DAY])


def bounds(span: Span) -> tuple[datetime, datetime]:
    assert span.start is not None
    assert span.end is not None
    return span.start, span.end


@given(instants, zones, dated)
def test_every_moment_lies_in_one_span_of_each_period_and_its_neighbours_touch(
    when: datetime, zone: str, period: Period
) -> None:
    calendar = Calendar(time_zone=zone)
    span = span_containing(period, when, calendar)
    start, end = bounds(span)
    assert start <= when < end
    assert span_containing(period, start, calendar) == span
    assert span_containing(period, end, calendar).start == end
    assert span_containing(period, start - timedelta(microseconds=1), calendar).end == start
    assert span_from_key(period, span.key, calendar) == span


@given(st.dates(date(1971, 1, 3), date(2099, 12, 28)), zones)
def test_a_day_begins_at_the_first_moment_that_shows_its_date(day: date, zone: str) -> None:
    start, clocks = start_of_day(day, zone), zone_of(zone)
    assert start.astimezone(clocks).date() >= day
    minute = start - timedelta(hours=26)
    while minute < start:
        assert minute.astimezone(clocks).date() < day
        minute += 13 * MINUTE
    assert (start - timedelta(seconds=1)).astimezone(clocks).date() < day


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("America/New_York", "2026-03-08", 23), ("America/New_York", "2026-11-01", 25),
        ("America/New_York", "2026-11-02", 24), ("Australia/Lord_Howe", "2026-04-05", 24.5),
        ("Africa/Cairo", "2026-04-24", 23), ("America/Sao_Paulo", "2018-11-04", 23), ("Pacific/Apia", "2011-12-31", 24),
        ("America/Havana", "2025-11-02", 25), ("Asia/Kathmandu", "2026-11-21", 24),
    ],
)  # fmt: skip
def test_a_day_is_as_long_as_the_clocks_make_it(zone: str, day: str, hours: float) -> None:
    start, end = bounds(span_from_key(Period.DAY, day, Calendar(time_zone=zone)))
    assert end - start == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("zone", "day", "start"),
    [
        ("UTC", "2026-11-21", "2026-11-21T00:00Z"), ("Asia/Kathmandu", "2026-11-21", "2026-11-20T18:15Z"),
        ("Africa/Cairo", "2026-04-24", "2026-04-23T22:00Z"), ("America/New_York", "2026-11-21", "2026-11-21T05:00Z"),
        ("Pacific/Kiritimati", "2026-11-21", "2026-11-20T10:00Z"),
        ("America/Toronto", "1919-03-31", "1919-03-31T04:30Z"),
        ("America/Havana", "2025-11-02", "2025-11-02T04:00Z"),
    ],
)  # fmt: skip
def test_a_day_begins_when_the_clocks_of_its_zone_say(zone: str, day: str, start: str) -> None:
    assert start_of_day(date.fromisoformat(day), zone) == datetime.fromisoformat(start)


@pytest.mark.parametrize(
    ("when", "day"),
    [("02:29:59", "2010-11-06"), ("02:30:30", "2010-11-07"), ("02:45", "2010-11-07"), ("04:00", "2010-11-07")],
)
def test_a_night_that_shows_the_date_before_again_stays_one_day(when: str, day: str) -> None:
    """In St. John's it was 00:01 once, then 23:01 of the day before, and midnight again."""
    moment = datetime.fromisoformat(f"2010-11-07T{when}Z")
    assert span_containing(Period.DAY, moment, Calendar(time_zone="America/St_Johns")).key == day


def test_a_date_that_the_clocks_skip_is_a_day_without_a_moment() -> None:
    start, end = bounds(span_from_key(Period.DAY, "2011-12-30", Calendar(time_zone="Pacific/Apia")))
    assert start == end


def test_keys_are_those_of_the_zone() -> None:
    when = datetime(2026, 12, 31, 23, 0, tzinfo=UTC)
    there = [span.key for span in spans_of(when, Calendar(time_zone="Asia/Kathmandu"))]
    assert there == ["all", "2027-01", "2026-W53", "2027-01-01"]


def season(key: str, first: int, last: int) -> Season:
    start = datetime(2026, 11, 1, tzinfo=UTC)
    return Season(key=key, start=start + timedelta(days=first), end=start + timedelta(days=last))


CUPS = Calendar(seasons=(season("cup", 5, 15), season("autumn", 0, 20), season("later", 15, 30)))


@pytest.mark.parametrize(
    ("days", "keys"),
    [
        (0, ["season:autumn"]), (5, ["season:cup", "season:autumn"]), (15, ["season:autumn", "season:later"]),
        (20, ["season:later"]), (30, []),
    ],
)  # fmt: skip
def test_a_moment_is_in_every_season_from_its_start_until_before_its_end(days: int, keys: list[str]) -> None:
    when = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(days=days)
    assert [span.key for span in spans_of(when, CUPS)[4:]] == keys
    assert [span.period for span in spans_of(when, CUPS)[4:]] == [Period.SEASON] * len(keys)
    before = spans_of(when - timedelta(microseconds=1), CUPS)[4:]
    assert all(span.start <= when - timedelta(microseconds=1) < span.end for span in before if span.start and span.end)


def test_a_season_is_found_by_its_key_and_the_first_declared_is_the_current_one() -> None:
    when = datetime(2026, 11, 7, tzinfo=UTC)
    assert span_containing(Period.SEASON, when, CUPS).key == "season:cup"
    assert span_from_key(Period.SEASON, "later", CUPS).key == "season:later"
    assert span_from_key(Period.SEASON, "later", CUPS).expires_at is None
    with pytest.raises(InvalidPeriodKeyError, match="it has cup, autumn, later"):
        span_from_key(Period.SEASON, "winter", CUPS)
    with pytest.raises(InvalidPeriodKeyError, match="no season is on"):
        span_containing(Period.SEASON, when, Calendar())


@pytest.mark.parametrize("name", ["", "Europe", "Mars/Olympus", "../../etc/passwd", "/etc/passwd", "posix/UTC", "utc"])
def test_only_the_names_of_time_zones_are_looked_up(name: str) -> None:
    with pytest.raises(UnknownTimeZoneError):
        zone_of(name)


def test_every_time_zone_can_be_read() -> None:
    assert {zone_of(name).key for name in time_zones()} == time_zones()
