"""Periods: the stretch of time that a view ranks.

Bounds are UTC moments; which ones, the board's calendar says. Keys are ISO 8601 (``2026``-style dates, never a weekday
or a 0-based month), so that text order is time order and a key means the same to every service.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final

from ledgerboard_contracts.calendars import UTC_CALENDAR, Calendar, Season, local_day, start_of_day

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_WEEK = re.compile(r"(\d{4})-W(\d{2})\Z")
_MONTH = re.compile(r"(\d{4})-(\d{2})\Z")


class Period(StrEnum):
    """The lengths of time that a board is ranked over."""

    ALL = "all"
    MONTH = "month"
    WEEK = "week"
    DAY = "day"
    SEASON = "season"


class InvalidPeriodKeyError(ValueError):
    """A period key is not of its period's form. The message is fit for the submitter."""


KEEP_AFTER_END: Final = {
    Period.DAY: timedelta(days=8),
    Period.WEEK: timedelta(days=30),
    Period.MONTH: timedelta(days=62),
}
"""How long a date-bound view stays live after its period ended (design.md section 5). A season's stays."""


@dataclass(frozen=True, slots=True)
class Span:
    """One concrete period: ``key`` is ``all``, ``2026-11``, ``2026-W47``, ``2026-11-21`` or ``season:spring``.

    ``start`` is inclusive and ``end`` exclusive, both UTC; an all-time span has neither.
    """

    period: Period
    key: str
    start: datetime | None
    end: datetime | None

    def __hash__(self) -> int:
        """Spans are looked up once a fact; equal ones have equal keys, and few others do."""
        return hash(self.key)

    @property
    def expires_at(self) -> datetime | None:
        """When the live view of this span is let go, or None for all time."""
        kept = KEEP_AFTER_END.get(self.period)
        return None if self.end is None or kept is None else self.end + kept


ALL_TIME: Final = Span(Period.ALL, "all", None, None)


_SEASON: Final = "season:"


def spans_of(when: datetime, calendar: Calendar = UTC_CALENDAR) -> tuple[Span, ...]:
    """All time, the month, week and day that contain ``when`` (aware), and every season that does, as declared.

    Costs one cache look-up a day, and a comparison a season.
    """
    spans = _spans_of_day(local_day(when, calendar.time_zone), calendar.time_zone)
    if not calendar.seasons:
        return spans
    return spans + tuple(_season_span(season) for season in calendar.seasons if season.start <= when < season.end)


def span_containing(period: Period, when: datetime, calendar: Calendar = UTC_CALENDAR) -> Span:
    """The span of ``period`` that contains ``when`` (aware); of several seasons, the one declared first.

    Raises `InvalidPeriodKeyError` for a season where none is on.
    """
    for span in spans_of(when, calendar):
        if span.period is period:
            return span
    raise InvalidPeriodKeyError("no season is on")


def span_from_key(period: Period, key: str, calendar: Calendar = UTC_CALENDAR) -> Span:
    """The span that ``key`` names: of a season, its key alone. Raises `InvalidPeriodKeyError` where it names none."""
    if period is Period.SEASON:
        return _season_from_key(key, calendar)
    try:
        day = _first_day(period, key)
    except ValueError:
        day = None
    if period is Period.ALL or day is None or day.year < 1970 or day.year > 9998:  # noqa: PLR2004 -- datetime's own range
        raise InvalidPeriodKeyError(f"{key!r} does not name a {period.value}: expected {_FORMS[period]}")
    return next(span for span in _spans_of_day(day, calendar.time_zone) if span.period is period)


def _season_from_key(key: str, calendar: Calendar) -> Span:
    for season in calendar.seasons:
        if season.key == key:
            return _season_span(season)
    known = ", ".join(season.key for season in calendar.seasons) or "none"
    raise InvalidPeriodKeyError(f"{key!r} does not name a season of this board: it has {known}")


@lru_cache(maxsize=1024)
def _season_span(season: Season) -> Span:
    return Span(Period.SEASON, _SEASON + season.key, season.start.astimezone(UTC), season.end.astimezone(UTC))


_FORMS: Final = {
    Period.ALL: "no key",
    Period.MONTH: "a month such as 2026-11",
    Period.WEEK: "an ISO week such as 2026-W47",
    Period.DAY: "a date such as 2026-11-21",
}


def _first_day(period: Period, key: str) -> date | None:
    if period is Period.DAY and _DAY.match(key):
        return date.fromisoformat(key)
    if period is Period.WEEK and (week := _WEEK.match(key)):
        return date.fromisocalendar(int(week[1]), int(week[2]), 1)
    if period is Period.MONTH and (month := _MONTH.match(key)):
        return date(int(month[1]), int(month[2]), 1)
    return None


@lru_cache(maxsize=8192)
def _spans_of_day(day: date, time_zone: str) -> tuple[Span, ...]:
    monday = day - timedelta(days=day.weekday())
    iso_year, iso_week, _ = day.isocalendar()
    first = day.replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)

    def span(period: Period, key: str, start: date, end: date) -> Span:
        return Span(period, key, start_of_day(start, time_zone), start_of_day(end, time_zone))

    return (
        ALL_TIME,
        span(Period.MONTH, f"{day:%Y-%m}", first, following),
        span(Period.WEEK, f"{iso_year:04}-W{iso_week:02}", monday, monday + timedelta(days=7)),
        span(Period.DAY, day.isoformat(), day, day + timedelta(days=1)),
    )
