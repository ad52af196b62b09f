"""A secret's values: the one that is current and, while a rotation lasts, the one before it.

No value is in a repr, and so in no log line, no trace and no message of an error that shows one.
"""

import hmac
from dataclasses import dataclass, field
from typing import Any

import msgspec

from ledgerboard_infra.errors import MisconfiguredError


class MissingSecretError(MisconfiguredError):
    """The store has no secret of that name. The message names it."""


@dataclass(frozen=True, slots=True)
class Secret:
    """What a name stands for. ``previous`` is None where nothing was rotated, or the rotation is over."""

    current: str = field(repr=False)
    previous: str | None = field(default=None, repr=False)

    @property
    def values(self) -> tuple[str, ...]:
        """Those that are good, the current one first."""
        if self.previous is None or self.previous == self.current:
            return (self.current,)
        return (self.current, self.previous)

    def accepts(self, given: str) -> bool:
        """Whether ``given`` is one of the values. Takes the same time wherever they differ."""
        shown = given.encode(errors="replace")
        matches = [hmac.compare_digest(shown, value.encode()) for value in self.values]
        return any(matches)

    def chosen(self, name: str, field_name: str) -> "Secret":
        """The same of one field, for a secret that is a JSON object. Raises `MisconfiguredError` if it is none."""
        previous = None if self.previous is None else json_object(self.previous).get(field_name)
        current = json_object(self.current).get(field_name)
        if not isinstance(current, str):
            raise MisconfiguredError(f"the secret {name} is no JSON object with a text {field_name!r}")
        return Secret(current, previous if isinstance(previous, str) else None)


def json_object(value: str) -> dict[str, Any]:
    """The fields of a JSON object; none of anything else."""
    try:
        return msgspec.json.decode(value, type=dict[str, Any])
    except msgspec.DecodeError:
        return {}
