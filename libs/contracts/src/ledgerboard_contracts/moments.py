"""Read moments and days as RFC 3339 writes them, and say which rule another form breaks.

Parsers of the libraries below are each more and less patient than the RFC, so the form is checked here, for every
query and body alike.
"""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Final

YEARS: Final = range(1970, 9999)
"""Years that PostgreSQL, Python and every offset can hold."""

_FORM: Final = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2})[Tt ](?P<minute>\d{2}:\d{2}):(?P<second>\d{2})(?P<fraction>\.\d+)?(?P<offset>.*)\Z",
    re.ASCII | re.DOTALL,
)
_OFFSET: Final = re.compile(r"([Zz]|[+-]\d{2}:\d{2})\Z", re.ASCII)
_LOOSE_OFFSET: Final = re.compile(r"[+-]\d{2}(\d{2})?\Z", re.ASCII)
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)
_LEAP_SECOND: Final = "60"
_MICROSECOND_DIGITS: Final = 6


class InvalidMomentError(ValueError):
    """A text is no moment. The message is the rule that it breaks, fit for the client."""


def read_moment(text: str) -> datetime:
    """The moment that ``text`` tells, with its offset.

    A leap second is the second after it, as it is to POSIX and to PostgreSQL. Raises `InvalidMomentError`.
    """
    found = _FORM.match(text)
    if found is None:
        raise InvalidMomentError("Must be an RFC 3339 time such as 2026-11-21T10:15:30Z.")
    _check_offset(found["offset"])
    is_leap = found["second"] == _LEAP_SECOND
    fraction = (found["fraction"] or ".0")[1:][:_MICROSECOND_DIGITS].ljust(_MICROSECOND_DIGITS, "0")
    offset = found["offset"].upper().replace("Z", "+00:00")
    second = "59" if is_leap else found["second"]
    try:
        moment = datetime.fromisoformat(f"{found['day']}T{found['minute']}:{second}.{fraction}{offset}")
    except ValueError as error:
        raise InvalidMomentError("There is no such day, time or offset.") from error
    if moment.year not in YEARS:
        raise InvalidMomentError(f"Must lie within the years {YEARS[0]} to {YEARS[-1]}.")
    return _after_leap(moment) if is_leap else moment


def read_day(text: str) -> date:
    """The day that ``text`` tells. Raises `InvalidMomentError`."""
    try:
        day = date.fromisoformat(text) if _DAY.match(text) else None
    except ValueError:
        day = None
    if day is None:
        raise InvalidMomentError("Must be a day such as 2026-11-21.")
    return day


def _check_offset(offset: str) -> None:
    if _OFFSET.match(offset):
        return
    if _LOOSE_OFFSET.match(offset):
        raise InvalidMomentError("An offset is hours and minutes with a colon between, such as +05:45 (RFC 3339).")
    if offset.startswith(" "):
        raise InvalidMomentError("A + in a URL means a blank: write the offset's as %2B.")
    raise InvalidMomentError("Must end with its offset, such as Z or +05:45.")


def _after_leap(moment: datetime) -> datetime:
    """The second after a leap second, of which ``moment`` is the one before. Leap seconds end months, in UTC."""
    after = moment.replace(microsecond=0) + timedelta(seconds=1)
    in_utc = after.astimezone(UTC)
    if (in_utc.day, in_utc.hour, in_utc.minute) != (1, 0, 0):
        raise InvalidMomentError("Second 60 exists at the end of a month in UTC only.")
    return after
