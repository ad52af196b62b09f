"""Periods: the stretch of time that a view ranks.

Bounds are UTC. Keys are ISO 8601 (``2026``-style dates, never a weekday or a 0-based month), so that text order is time
order and a key means the same to every service.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_WEEK = re.compile(r"(\d{4})-W(\d{2})\Z")
_MONTH = re.compile(r"(\d{4})-(\d{2})\Z")


class Period(StrEnum):
    """The lengths of time that a board is ranked over."""

    ALL = "all"
    MONTH = "month"
    WEEK = "week"
    DAY = "day"


class InvalidPeriodKeyError(ValueError):
    """A period key is not of its period's form. The message is fit for the submitter."""


KEEP_AFTER_END: Final = {
    Period.DAY: timedelta(days=8),
    Period.WEEK: timedelta(days=30),
    Period.MONTH: timedelta(days=62),
}
"""How long a date-bound view stays live after its period ended (design.md section 5)."""


@dataclass(frozen=True, slots=True)
class Span:
    """One concrete period: ``key`` is ``all``, ``2026-11``, ``2026-W47`` or ``2026-11-21``.

    ``start`` is inclusive and ``end`` exclusive, both UTC; an all-time span has neither.
    """

    period: Period
    key: str
    start: datetime | None
    end: datetime | None

    @property
    def expires_at(self) -> datetime | None:
        """When the live view of this span is let go, or None for all time."""
        return None if self.end is None else self.end + KEEP_AFTER_END[self.period]


ALL_TIME: Final = Span(Period.ALL, "all", None, None)


def spans_of(when: datetime) -> tuple[Span, Span, Span, Span]:
    """All time, and the month, week and day that contain ``when`` (aware). Costs one cache look-up a day."""
    return _spans_of_day(when.astimezone(UTC).date())


def span_containing(period: Period, when: datetime) -> Span:
    """The span of ``period`` that contains ``when`` (aware)."""
    return next(span for span in spans_of(when) if span.period is period)


def span_from_key(period: Period, key: str) -> Span:
    """The span that ``key`` names. Raises `InvalidPeriodKeyError` where it names none."""
    try:
        day = _first_day(period, key)
    except ValueError:
        day = None
    if period is Period.ALL or day is None or day.year < 1970 or day.year > 9998:  # noqa: PLR2004 -- datetime's own range
        raise InvalidPeriodKeyError(f"{key!r} does not name a {period.value}: expected {_FORMS[period]}")
    return next(span for span in _spans_of_day(day) if span.period is period)


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


@lru_cache(maxsize=4096)
def _spans_of_day(day: date) -> tuple[Span, Span, Span, Span]:
    monday = day - timedelta(days=day.weekday())
    iso_year, iso_week, _ = day.isocalendar()
    first = day.replace(day=1)
    return (
        ALL_TIME,
        Span(Period.MONTH, f"{day:%Y-%m}", _midnight(first), _midnight((first + timedelta(days=32)).replace(day=1))),
        Span(Period.WEEK, f"{iso_year:04}-W{iso_week:02}", _midnight(monday), _midnight(monday + timedelta(days=7))),
        Span(Period.DAY, day.isoformat(), _midnight(day), _midnight(day + timedelta(days=1))),
    )


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
