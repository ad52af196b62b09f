"""One check for each parameter of a path, by what it names. A parameter without a check cannot be bound.

So no view hands a text to PostgreSQL, Redis or SQS that they do not take: a NUL, a control character, half a letter.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from ledgerboard_contracts import check_level, check_session
from ledgerboard_contracts.calendars import SEASON_KEY_PATTERN
from ledgerboard_contracts.queues import ALL_QUEUES
from ledgerboard_gateway.http.problems import invalid
from ledgerboard_gateway.http.query_fields import is_printable
from ledgerboard_gateway.http.requests import (
    board_in_path,
    check_utf8,
    day_in_path,
    event_in_path,
    leaderboard_in_path,
    name_in_path,
    player_in_path,
    uuid_in_path,
)
from ledgerboard_gateway.http.view_query import MAX_SUM_DIGITS
from ledgerboard_ledger import HOOK_NAME_PATTERN

MAX_MESSAGE_ID_LENGTH: Final = 100

PathCheck = Callable[[str, str], object]
"""Takes the text and the parameter's name. Raises the 400 problem that names the parameter."""


class UncheckedParameterError(LookupError):
    """A path has a parameter of which nothing says what it may be."""


def checks_of(parameters: Sequence[str]) -> Sequence[tuple[str, PathCheck]]:
    """The check of each parameter. Raises `UncheckedParameterError`."""
    try:
        return [(name, PATH_CHECKS[name]) for name in parameters]
    except KeyError as error:
        raise UncheckedParameterError(f"the parameter {error} of a path has no entry in PATH_CHECKS") from None


def _matching(pattern: str, rule: str) -> PathCheck:
    form = re.compile(rf"{pattern.removesuffix('$')}\Z", re.ASCII)

    def check(text: str, field: str) -> None:
        if not form.match(text):
            raise invalid(field, rule)

    return check


def _queue(text: str, field: str) -> None:
    names = [queue.name for queue in ALL_QUEUES]
    if text not in names:
        raise invalid(field, f"must be one of: {', '.join(names)}")


def _text(text: str, field: str) -> None:
    check_utf8(text, field)
    if not (1 <= len(text) <= MAX_MESSAGE_ID_LENGTH and is_printable(text)):
        raise invalid(field, f"must be 1 to {MAX_MESSAGE_ID_LENGTH} printable characters")


PATH_CHECKS: Final[Mapping[str, PathCheck]] = MappingProxyType(
    {
        "board": board_in_path,
        "leaderboard": lambda text, _field: leaderboard_in_path(text),
        "player": player_in_path,
        "name": player_in_path,
        "username": player_in_path,
        "level": lambda text, field: name_in_path(check_level, text, field),
        "session": lambda text, field: name_in_path(check_session, text, field),
        "score": _matching(rf"-?[0-9]{{1,{MAX_SUM_DIGITS}}}", f"must be an integer of at most {MAX_SUM_DIGITS} digits"),
        "date": day_in_path,
        "key": _matching(SEASON_KEY_PATTERN, "must be 1 to 32 letters, digits, '.', '_' or '-'"),
        "hook": _matching(HOOK_NAME_PATTERN, "must be 1 to 64 of a-z, 0-9 and '-'"),
        "queue": _queue,
        "message_id": _text,
        "slug": _text,
        "event_id": lambda text, _field: event_in_path(text),
        "reconciliation_id": uuid_in_path,
        "delivery_id": uuid_in_path,
        "key_id": uuid_in_path,
    }
)
