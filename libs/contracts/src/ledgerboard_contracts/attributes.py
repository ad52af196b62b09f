"""The rule for a submission's ``attributes``: any JSON object that every store can hold.

PostgreSQL keeps them as ``jsonb``, which holds any JSON but one character, U+0000.
"""

from collections.abc import Mapping
from typing import Any, Final, TypeGuard

from ledgerboard_contracts.scores import MAX_SCORE

_NUL: Final = "\x00"


class InvalidAttributesError(ValueError):
    """The attributes break a rule. The message is fit for the submitter."""


def check_attributes(attributes: Mapping[str, Any]) -> None:
    """Raise `InvalidAttributesError` if the character U+0000 occurs anywhere in ``attributes``."""
    if _holds_nul(attributes):
        raise InvalidAttributesError("attributes must not contain the character U+0000")


def is_tie_value(value: object) -> TypeGuard[int]:
    """Whether an attribute can break a tie: an integer within +-2^53. Neither a truth value nor 5.0 is one."""
    return type(value) is int and -MAX_SCORE <= value <= MAX_SCORE


def _holds_nul(value: object) -> bool:
    if isinstance(value, str):
        return _NUL in value
    if isinstance(value, Mapping):
        return any(_NUL in name or _holds_nul(each) for name, each in value.items())
    return isinstance(value, list | tuple) and any(map(_holds_nul, value))
