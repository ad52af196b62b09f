"""Event ids: UUIDv7, whose first 48 bits are the millisecond at which the gateway accepted the event.

The ledger is partitioned by that time, so an id without it, or with an absurd one, must never get that far.
"""

from datetime import UTC, datetime
from typing import Final
from uuid import UUID

_UUID7: Final = 7
_FIRST_YEAR: Final = 2020
_LAST_YEAR: Final = 2100


class InvalidEventIdError(ValueError):
    """The id is no UUIDv7 of this century."""


def event_time(event_id: UUID) -> datetime:
    """When ``event_id`` was made, UTC, to the millisecond (RFC 9562, 5.7). Raises `InvalidEventIdError`."""
    if event_id.version != _UUID7:
        raise InvalidEventIdError(f"{event_id} is not a UUIDv7")
    milliseconds = event_id.int >> 80
    if not _FIRST_MILLISECOND <= milliseconds < _END_MILLISECOND:
        raise InvalidEventIdError(f"{event_id} was not made between {_FIRST_YEAR} and {_LAST_YEAR}")
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


_FIRST_MILLISECOND: Final = int(datetime(_FIRST_YEAR, 1, 1, tzinfo=UTC).timestamp() * 1000)
_END_MILLISECOND: Final = int(datetime(_LAST_YEAR, 1, 1, tzinfo=UTC).timestamp() * 1000)
