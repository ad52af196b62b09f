"""Who may write: whoever holds the write key. Reads are public.

The comparison takes the same time wherever the keys differ, so answers do not spell the key out.
"""

import hmac
from enum import StrEnum
from typing import Final

from flask import request

from ledgerboard_gateway.http.problems import ProblemError, ProblemType

_CHALLENGE: Final = 'Bearer realm="ledgerboard"'


class Role(StrEnum):
    """What a guarded route asks of its caller."""

    WRITER = "writer"
    """Submits scores and defines boards."""
    OPERATOR = "operator"
    """Corrects, rebuilds, and looks after dead letters."""


class WriteKey:
    """The one static key that guards writes. Its holder has every role."""

    def __init__(self, key: str) -> None:
        self._key = key.encode()

    def require(self, role: Role) -> None:  # noqa: ARG002 -- the one place at which roles would be told apart.
        """Raise the 401 problem unless the current request carries the key."""
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not given.strip():
            raise ProblemError(
                ProblemType.UNAUTHORIZED,
                "This request carries no bearer key.",
                headers={"WWW-Authenticate": _CHALLENGE},
            )
        if not hmac.compare_digest(given.strip().encode(errors="replace"), self._key):
            raise ProblemError(
                ProblemType.UNAUTHORIZED,
                "This is not the write key.",
                headers={"WWW-Authenticate": f'{_CHALLENGE}, error="invalid_token"'},
            )
