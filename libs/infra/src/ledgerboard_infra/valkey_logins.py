"""Logging in to Redis or Valkey with a secret by name, at each connecting.

A server of theirs knows several passwords of one user, so a rotation need not refuse anybody. Where it does refuse, the
secret is fetched anew and the connection tried again, before anybody hears of it.
"""

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit, urlunsplit

import redis
from redis.connection import Connection, SSLConnection
from redis.credentials import CredentialProvider, UsernamePasswordCredentialProvider

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledgerboard_infra.secrets import Credentials

_TLS: Final = "rediss"


class NamedLogin(CredentialProvider):
    """What redis-py asks for a login. ``username`` is whose, where the secret itself names nobody."""

    def __init__(self, credentials: "Credentials", username: str) -> None:
        self._credentials = credentials
        self._username = username

    def get_credentials(self) -> tuple[str] | tuple[str, str]:
        """The current login."""
        username, password = next(self.attempts())
        return (username, password) if username else (password,)

    def attempts(self) -> "Iterator[tuple[str, str]]":
        """Users, empty for the default one, and passwords: to try the next after the one before was refused."""
        return ((each.username or self._username, each.password) for each in self._credentials.attempts())


class _RenewingLogin:
    """A connection that tries the next login where one is refused."""

    credential_provider: Any

    def connect_check_health(self, *asked: Any, **how: Any) -> None:
        """Connect, which includes logging in."""
        login = self.credential_provider
        refusal = redis.AuthenticationError("nothing to show")
        try:
            for username, password in login.attempts():
                self.credential_provider = UsernamePasswordCredentialProvider(username, password)
                try:
                    super().connect_check_health(*asked, **how)  # type: ignore[misc]  # Of redis-py's class.
                except redis.AuthenticationError as error:
                    refusal = error
                else:
                    return
        finally:
            self.credential_provider = login
        raise refusal


class _PlainConnection(_RenewingLogin, Connection):
    pass


class _TlsConnection(_RenewingLogin, SSLConnection):
    pass


def login_options(url: str, credentials: "Credentials") -> dict[str, Any]:
    """What a client takes to log in so. The URL may name the user."""
    parts = urlsplit(url)
    return {
        "credential_provider": NamedLogin(credentials, unquote(parts.username or "")),
        "connection_class": _TlsConnection if parts.scheme == _TLS else _PlainConnection,
    }


def without_login(url: str) -> str:
    """``url`` without a user. Its scheme says no more that it is TLS: the class of the connections does."""
    parts = urlsplit(url)
    scheme = "redis" if parts.scheme == _TLS else parts.scheme
    return urlunsplit(parts._replace(scheme=scheme, netloc=parts.netloc.rpartition("@")[2]))
