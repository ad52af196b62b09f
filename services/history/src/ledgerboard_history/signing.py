"""Sign what hooks are told, so that they can tell it from what others send.

The signature covers the time and the body. A receiver makes the same HMAC-SHA256 of ``<time>.<body>`` with the shared
secret, compares in constant time, refuses what is older than some minutes, and does each delivery id once. While a
secret is rotated there are two signatures, by the new one and by the one before; a receiver takes either.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Protocol

from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.secrets import MissingSecretError, Secret
from ledgerboard_ledger import HOOK_NAME_PATTERN

SIGNATURE: Final = "Ledgerboard-Signature"
DELIVERY: Final = "Ledgerboard-Delivery"
EVENT: Final = "Ledgerboard-Event"

_NAME: Final = re.compile(HOOK_NAME_PATTERN)


class UnknownSecretError(LookupError):
    """There is no secret of the name that a hook gives."""


class Store(Protocol):
    """A store of secrets. Raises `MissingSecretError`, and `UnavailableError` where it cannot be asked."""

    def get(self, name: str) -> Secret:
        """One secret."""
        ...


class NamedSecrets:
    """Secrets of a store, whose names there begin with ``prefix``. They rotate without a restart."""

    def __init__(self, store: Store, prefix: str) -> None:
        self._store = store
        self._prefix = prefix

    def find(self, name: str) -> Sequence[bytes]:
        """The values of the secret that are good, the current one first. Raises `UnknownSecretError`."""
        try:
            found = self._store.get(self._prefix + _checked(name))
        except (MissingSecretError, UnavailableError) as error:
            raise UnknownSecretError(str(error)) from error
        return [value.encode() for value in found.values]


class LocalSecrets:
    """Secrets by name: files of a directory, read at each use, so that a new secret needs no restart; or given ones."""

    def __init__(self, given: Mapping[str, str], directory: Path | None) -> None:
        self._given = dict(given)
        self._directory = directory

    def find(self, name: str) -> Sequence[bytes]:
        """The secret ``name``, without white space around it. Raises `UnknownSecretError`."""
        _checked(name)
        try:
            found = (self._directory / name).read_text("utf-8") if self._directory else self._given.get(name, "")
        except (OSError, UnicodeError):
            found = self._given.get(name, "")
        if not found.strip():
            raise UnknownSecretError(f"there is no secret {name!r}")
        return [found.strip().encode()]


def signature(secrets: Sequence[bytes], seconds: int, body: bytes) -> str:
    """The value of `SIGNATURE`: ``t=<seconds since 1970>,v1=<hexadecimal HMAC-SHA256>``, a ``v1`` for each secret."""
    signed = f"{seconds}.".encode() + body
    digests = [hmac.new(secret, signed, hashlib.sha256).hexdigest() for secret in secrets]
    return ",".join([f"t={seconds}", *(f"v1={digest}" for digest in digests)])


def _checked(name: str) -> str:
    if not _NAME.match(name):
        raise UnknownSecretError("a secret's name is 1 to 64 of a-z, 0-9 and '-'")
    return name
