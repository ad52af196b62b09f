"""What a server key looks like: ``lbk_``, its id, ``_``, and 256 random bits.

The prefix lets a scanner of leaked secrets know one, and the id lets a log name a key without telling it. Only the
digest of the whole text is ever kept.
"""

import re
import secrets
from dataclasses import dataclass
from hashlib import sha256
from typing import Final
from uuid import UUID

from ledgerboard_gateway.authentication import KEY_PREFIX

_SECRET_BYTES: Final = 32
_FORM: Final = re.compile(KEY_PREFIX + r"([0-9a-f]{32})_[A-Za-z0-9_-]{43}\Z")


@dataclass(frozen=True, slots=True)
class Presented:
    """A key as somebody showed it: whose it would be, and its digest."""

    key_id: UUID
    digest: bytes


def new_key(key_id: UUID) -> str:
    """Another key of that id. Nobody can know it but who is given it."""
    return f"{KEY_PREFIX}{key_id.hex}_{secrets.token_urlsafe(_SECRET_BYTES)}"


def digest_of(key: str) -> bytes:
    """What is kept of a key."""
    return sha256(key.encode()).digest()


def read_key(text: str) -> Presented | None:
    """What ``text`` shows, or None where no key looks so."""
    found = _FORM.match(text)
    return Presented(UUID(found[1]), digest_of(text)) if found else None
