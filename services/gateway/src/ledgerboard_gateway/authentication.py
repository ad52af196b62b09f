"""Tell whose a credential is: the root key's, a server key's, or a token's.

A credential names exactly one principal or none at all, and nobody is told why it names none.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, Protocol

from ledgerboard_contracts import InvalidNameError, check_player
from ledgerboard_gateway.principals import OF_TOKEN, ROOT, Principal, Role
from ledgerboard_infra.clock import Clock
from ledgerboard_infra.secrets import SharedKey

KEY_PREFIX: Final = "lbk_"
"""How every server key begins."""

REMEMBERED: Final = 10_000
"""Tokens that a process remembers as good."""

_ROOT: Final = Principal(subject=ROOT, roles=frozenset(Role))
_CONFINED_ROOT: Final = replace(_ROOT, makes_keys_only=True)
_OF_SCOPE: Final = {
    "submit": Role.SERVICE,
    "boards": Role.FOUNDER,
    "players": Role.REGISTRAR,
    "read": Role.VIEWER,
    "admin": Role.MANAGER,
}


@dataclass(frozen=True, slots=True)
class Identity:
    """What a valid token says: who it is, of which groups, and since when and until when."""

    name: str
    groups: frozenset[str]
    issued_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ServerKey:
    """A key that is not revoked. Its ``scopes`` are roles; without ``boards``, it is of all."""

    key_id: str
    name: str
    scopes: frozenset[str]
    boards: tuple[str, ...] | None


class Tokens(Protocol):
    """Whoever can tell good tokens from others."""

    def verify(self, token: str) -> Identity | None:
        """What it says, or None for anything that is not valid now. Raises `UnavailableError` where nobody can tell."""
        ...


class Keys(Protocol):
    """The server keys."""

    def find(self, key: str) -> ServerKey | None:
        """The key, unless it is unknown or revoked. Raises `UnavailableError` where nobody can tell."""
        ...

    def has_admin(self) -> bool:
        """Whether there ever was an admin key. Raises `UnavailableError` where nobody can tell."""
        ...


class Erased(Protocol):
    """Who was erased."""

    def covers(self, player: str, issued_at: datetime) -> bool:
        """Whether a token of that name was issued before its player was erased."""
        ...


class Makers(Protocol):
    """Those who made keys by a token."""

    def saw(self, name: str, groups: frozenset[str], issued_at: datetime) -> None:
        """Take note of what a valid token says."""
        ...


class NoTokens:
    """Without an issuer no token is good."""

    def verify(self, token: str) -> Identity | None:  # noqa: ARG002 -- the protocol's signature.
        """Never."""
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """By what callers are known, and whose tokens are worth nothing any more."""

    root: SharedKey
    keys: Keys
    tokens: Tokens
    erased: Erased
    makers: Makers


@dataclass(frozen=True, slots=True)
class _Remembered:
    principal: Principal
    issued_at: datetime
    until: datetime


class Authentication:
    """Knows principals by their credentials. Thread-safe.

    A good token is remembered by its digest, so that a busy client's is verified once in ``remember_for`` and not with
    every request; never beyond its own end.
    """

    def __init__(
        self,
        known: Credentials,
        roles_of: Mapping[str, Role],
        clock: Clock,
        *,
        remember_for: timedelta = timedelta(seconds=60),
        capacity: int = REMEMBERED,
    ) -> None:
        self._root_key = known.root
        self._keys = known.keys
        self._tokens = known.tokens
        self._erased = known.erased
        self._makers = known.makers
        self._roles_of = roles_of
        self._clock = clock
        self._remember_for = remember_for
        self._capacity = capacity
        self._remembered: dict[bytes, _Remembered] = {}
        self._remembering = threading.Lock()

    def principal(self, credential: str) -> Principal | None:
        """Whose it is, or None. Raises `UnavailableError` where a key or token cannot be looked up."""
        if not credential:
            return None
        if self._root_key.accepts(credential):
            return self._root()
        if credential.startswith(KEY_PREFIX):
            return _of_key(self._keys.find(credential))
        return self._of_token(credential) or (self._root() if self._root_key.accepts_now(credential) else None)

    def _root(self) -> Principal:
        """The write key makes the first admin key; beside one it makes keys and does nothing else."""
        return _CONFINED_ROOT if self._keys.has_admin() else _ROOT

    def _of_token(self, token: str) -> Principal | None:
        digest = sha256(token.encode(errors="replace")).digest()
        now = self._clock.now()
        known = self._remembered.get(digest)
        if known is None or now >= known.until:
            known = self._verified(token, digest, now)
        if known is None or self._erased.covers(known.principal.player or "", known.issued_at):
            return None
        return known.principal

    def _verified(self, token: str, digest: bytes, now: datetime) -> _Remembered | None:
        identity = self._tokens.verify(token)
        principal = None if identity is None else self._of_identity(identity)
        if identity is None or principal is None:
            return None
        self._makers.saw(identity.name, identity.groups, identity.issued_at)
        made = _Remembered(principal, identity.issued_at, min(identity.expires_at, now + self._remember_for))
        self._remember(digest, made)
        return made

    def _remember(self, digest: bytes, made: _Remembered) -> None:
        """One at a time: to look for the oldest while another thread adds one is an error."""
        with self._remembering:
            self._remembered.pop(digest, None)
            while len(self._remembered) >= self._capacity:
                del self._remembered[next(iter(self._remembered))]
            self._remembered[digest] = made

    def _of_identity(self, identity: Identity) -> Principal | None:
        """A name that no player can have is nobody's."""
        try:
            name = check_player(identity.name)
        except InvalidNameError:
            return None
        roles = frozenset(self._roles_of[group] for group in identity.groups if group in self._roles_of)
        return Principal(subject=f"{OF_TOKEN}{name}", roles=roles, player=name)


def _of_key(key: ServerKey | None) -> Principal | None:
    if key is None:
        return None
    roles = frozenset(_OF_SCOPE[scope] for scope in key.scopes if scope in _OF_SCOPE)
    return Principal(subject=f"key:{key.key_id}", roles=roles, boards=key.boards)
