"""Keys that callers show us. One that rotates is known by its old and its new value while the store has both."""

from typing import Protocol

from ledgerboard_infra.secrets.keeping import Secrets
from ledgerboard_infra.secrets.secret import Secret


class SharedKey(Protocol):
    """A key that both sides know."""

    def accepts(self, given: str) -> bool:
        """Whether ``given`` is the key. Takes the same time wherever they differ."""
        ...


class StaticKey:
    """A key from the settings: a new one takes a restart."""

    def __init__(self, key: str) -> None:
        self._secret = Secret(key)

    def accepts(self, given: str) -> bool:
        """Whether ``given`` is the key."""
        return self._secret.accepts(given)


class NamedKey:
    """A key by the name of its secret. A key that is not known leads to a look at the store, every few seconds at most.

    So a caller who learned of the new key before us is not refused.
    """

    def __init__(self, secrets: Secrets, name: str) -> None:
        self._secrets = secrets
        self._name = name

    def accepts(self, given: str) -> bool:
        """Whether ``given`` is the current key or the previous one. Raises `UnavailableError` if none is known yet."""
        known = self._secrets.get(self._name)
        return known.accepts(given) or self._secrets.renewed(self._name, known).accepts(given)
