"""Keys that callers show us. One that rotates is known by its old and its new value while the store has both."""

from typing import Protocol

from ledgerboard_infra.secrets.keeping import Secrets
from ledgerboard_infra.secrets.secret import Secret


class SharedKey(Protocol):
    """A key that both sides know. Either question takes the same time wherever two keys differ."""

    def accepts(self, given: str) -> bool:
        """Whether ``given`` is the key, as far as it is known here."""
        ...

    def accepts_now(self, given: str) -> bool:
        """Whether it is after a look at where the key is kept. For what nobody else knows either."""
        ...


class StaticKey:
    """A key from the settings: a new one takes a restart. An empty one accepts nothing."""

    def __init__(self, key: str) -> None:
        self._secret = Secret(key) if key else None

    def accepts(self, given: str) -> bool:
        """Whether ``given`` is the key."""
        return self._secret is not None and self._secret.accepts(given)

    def accepts_now(self, given: str) -> bool:
        """The same: there is nothing to look at."""
        return self.accepts(given)


class NamedKey:
    """A key by the name of its secret. The current one and the previous one are good; one that is too short is not."""

    def __init__(self, secrets: Secrets, name: str, *, least_length: int = 16) -> None:
        self._secrets = secrets
        self._name = name
        self._least_length = least_length

    def accepts(self, given: str) -> bool:
        """Whether ``given`` is the key. Raises `UnavailableError` where none was ever fetched."""
        return self._is_long(given) and self._secrets.get(self._name).accepts(given)

    def accepts_now(self, given: str) -> bool:
        """Whether it is after the secret was fetched anew, which happens every few seconds at most.

        So a caller who learned of a new key before us is not refused.
        """
        if not self._is_long(given):
            return False
        return self._secrets.renewed(self._name, self._secrets.get(self._name)).accepts(given)

    def _is_long(self, given: str) -> bool:
        return len(given) >= self._least_length
