"""Sign what hooks are told, so that they can tell it from what others send.

The signature covers the time and the body. A receiver makes the same HMAC-SHA256 of ``<time>.<body>`` with the shared
secret, compares in constant time, refuses what is older than some minutes, and does each delivery id once.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from ledgerboard_ledger import HOOK_NAME_PATTERN

SIGNATURE: Final = "Ledgerboard-Signature"
DELIVERY: Final = "Ledgerboard-Delivery"
EVENT: Final = "Ledgerboard-Event"

_NAME: Final = re.compile(HOOK_NAME_PATTERN)


class UnknownSecretError(LookupError):
    """There is no secret of the name that a hook gives."""


class Secrets:
    """Secrets by name: files of a directory, read at each use, so that a new secret needs no restart; or given ones."""

    def __init__(self, given: Mapping[str, str], directory: Path | None) -> None:
        self._given = dict(given)
        self._directory = directory

    def find(self, name: str) -> bytes:
        """The secret ``name``, without white space around it. Raises `UnknownSecretError`."""
        if not _NAME.match(name):
            raise UnknownSecretError("a secret's name is 1 to 64 of a-z, 0-9 and '-'")
        try:
            found = (self._directory / name).read_text("utf-8") if self._directory else self._given.get(name, "")
        except (OSError, UnicodeError):
            found = self._given.get(name, "")
        if not found.strip():
            raise UnknownSecretError(f"there is no secret {name!r}")
        return found.strip().encode()


def signature(secret: bytes, seconds: int, body: bytes) -> str:
    """The value of `SIGNATURE`: ``t=<seconds since 1970>,v1=<hexadecimal HMAC-SHA256>``."""
    digest = hmac.new(secret, f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={seconds},v1={digest}"
