"""Calendars: how one board divides time, by its own clocks and its own seasons.

A day begins at the first moment at which the clocks of the board's time zone show its date, so every moment lies in
exactly one day, however the clocks are set. The rules of the zones come from the package ``tzdata`` alone, never from
the machine: services that draw bounds together must not read different ones.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from importlib.resources import files
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from msgspec import Meta

from ledgerboard_contracts.scores import AwareDatetime

SEASON_KEY_PATTERN: Final = r"^[A-Za-z0-9._-]{1,32}$(?!\n)"
_SECOND: Final = timedelta(seconds=1)

TimeZoneName = Annotated[str, Meta(min_length=1, max_length=64, description="An IANA time zone, such as Europe/Paris.")]
SeasonKey = Annotated[str, Meta(pattern=SEASON_KEY_PATTERN, description="1 to 32 letters, digits, '.', '_' or '-'.")]


class UnknownTimeZoneError(ValueError):
    """No IANA time zone has this name. The message is fit for the operator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Season:
    """A stretch of time that an operator chose. ``start`` is inclusive, ``end`` exclusive; both are aware."""

    key: SeasonKey
    start: AwareDatetime
    end: AwareDatetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """A time zone, whose midnights bound days, weeks and months, and seasons, which may overlap."""

    time_zone: str = "UTC"
    seasons: tuple[Season, ...] = ()


UTC_CALENDAR: Final = Calendar()


@lru_cache(maxsize=1)
def time_zones() -> frozenset[str]:
    """The names of all time zones."""
    return frozenset(files("tzdata").joinpath("zones").read_text("utf-8").split())


@lru_cache(maxsize=1024)
def zone_of(name: str) -> ZoneInfo:
    """The time zone of that name. Raises `UnknownTimeZoneError`."""
    if name not in time_zones():
        raise UnknownTimeZoneError(f"{name!r} is not the name of an IANA time zone")
    with files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as rules:
        return ZoneInfo.from_file(rules, key=name)


def local_day(when: datetime, time_zone: str) -> date:
    """The date of the day that contains ``when`` (aware).

    Clocks that are set back across midnight show a date, the date before, and the first one again: all of it from its
    first moment on belongs to the later day, so that days stay whole.
    """
    if time_zone == "UTC":
        return when.astimezone(UTC).date()
    shown = when.astimezone(zone_of(time_zone)).date()
    following = shown + timedelta(days=1)
    return following if when >= start_of_day(following, time_zone) else shown


@lru_cache(maxsize=8192)
def start_of_day(day: date, time_zone: str) -> datetime:
    """The first moment, in UTC, at which the clocks of the zone show ``day``, or a later date where they skip it."""
    if time_zone == "UTC":
        return datetime.combine(day, time(), UTC)
    zone = zone_of(time_zone)
    midnight = datetime.combine(day, time(), zone)
    start = midnight.astimezone(UTC)
    if start.astimezone(zone).replace(tzinfo=None) == midnight.replace(tzinfo=None):
        return start
    return _end_of_gap(midnight.replace(fold=1).astimezone(UTC), start, day, zone)


def _end_of_gap(before: datetime, after: datetime, day: date, zone: ZoneInfo) -> datetime:
    """When the clocks jumped over the midnight of ``day``: they show less at ``before``, and not at ``after``."""
    while after - before > _SECOND:
        middle = before + (after - before) // 2
        middle = middle.replace(microsecond=0)
        before, after = (middle, after) if middle.astimezone(zone).date() < day else (before, middle)
    return after
