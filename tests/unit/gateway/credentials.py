"""Server keys and tokens in memory."""

from datetime import timedelta
from typing import Final

from ledgerboard_gateway.authentication import KEY_PREFIX, Identity, Keys, NoTokens, ServerKey, Tokens
from ledgerboard_infra.clock import Clock

LIFE: Final = timedelta(hours=1)


class MemoryKeys:
    """The keys that a test made and did not revoke, and ``others`` if there are any."""

    def __init__(self, others: Keys | None = None) -> None:
        self._others = others
        self._kept: dict[str, ServerKey] = {}

    def make(self, name: str, *scopes: str, boards: tuple[str, ...] | None = None) -> str:
        key = f"{KEY_PREFIX}{name}"
        self._kept[key] = ServerKey(name, name, frozenset(scopes), boards)
        return key

    def has_admin(self) -> bool:
        """Of the keys that were made over HTTP: those of a test confine no root key."""
        return self._others is not None and self._others.has_admin()

    def revoke(self, key: str) -> str:
        del self._kept[key]
        return key

    def find(self, key: str) -> ServerKey | None:
        found = self._kept.get(key)
        if found is None and self._others is not None:
            return self._others.find(key)
        return found


class MemoryTokens:
    """The tokens that a test issued, and ``others``. ``verified`` are those that were looked at, in order."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._issued: dict[str, Identity] = {}
        self.verified: list[str] = []
        self.others: Tokens = NoTokens()

    def issue(self, name: str, *groups: str, life: timedelta = LIFE) -> str:
        token = f"token-{len(self._issued)}-of-{name}"
        self._issued[token] = Identity(name, frozenset(groups), self._clock.now(), self._clock.now() + life)
        return token

    def verify(self, token: str) -> Identity | None:
        self.verified.append(token)
        found = self._issued.get(token)
        if found is None:
            return self.others.verify(token)
        return found if self._clock.now() < found.expires_at else None
