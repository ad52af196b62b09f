"""When an event was: the time inside its id, and the time that it occurred.

Event ids are UUIDv7, whose first 48 bits are the millisecond at which the gateway accepted the event. The ledger is
partitioned by that time and the boards expire by the other, so an absurd one of either must never get that far.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

_UUID7: Final = 7
_FORM: Final = 0xF << 76 | 0b11 << 62
"""Version and variant (RFC 9562, 4.1 and 4.2)."""
_FORM_OF_UUID7: Final = _UUID7 << 76 | 0b10 << 62
_FIRST_YEAR: Final = 2020
_LAST_YEAR: Final = 2100
_FIRST_YEAR_OF_PLAY: Final = 1971


class InvalidEventIdError(ValueError):
    """The id is no UUIDv7 of this century."""


class InvalidTimeError(ValueError):
    """An event is said to have occurred in a year that no board can show."""


def event_time(event_id: UUID) -> datetime:
    """When ``event_id`` was made, UTC, to the millisecond (RFC 9562, 5.7). Raises `InvalidEventIdError`."""
    if event_id.version != _UUID7:
        raise InvalidEventIdError(f"{event_id} is not a UUIDv7")
    milliseconds = event_id.int >> 80
    if not _FIRST_MILLISECOND <= milliseconds < _END_MILLISECOND:
        raise InvalidEventIdError(f"{event_id} was not made between {_FIRST_YEAR} and {_LAST_YEAR}")
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def are_uuid7(event_ids: Iterable[UUID]) -> bool:
    """Whether all of ``event_ids`` have the form of a UUIDv7. Costs a tenth of asking each for its time."""
    return all(each.int & _FORM == _FORM_OF_UUID7 for each in event_ids)


def check_occurred_at(when: datetime) -> datetime:
    """Return ``when`` (aware) or raise `InvalidTimeError`. Old plays may be imported, so the years go far back."""
    if not _FIRST_YEAR_OF_PLAY <= when.year < _LAST_YEAR:
        raise InvalidTimeError(f"{when.isoformat()} is not between {_FIRST_YEAR_OF_PLAY} and {_LAST_YEAR}")
    return when


_FIRST_MILLISECOND: Final = int(datetime(_FIRST_YEAR, 1, 1, tzinfo=UTC).timestamp() * 1000)
_END_MILLISECOND: Final = int(datetime(_LAST_YEAR, 1, 1, tzinfo=UTC).timestamp() * 1000)
