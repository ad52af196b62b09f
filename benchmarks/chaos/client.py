"""The gateways as a client sees them: JSON over HTTP, a connection for each thread and gateway, short patience."""

import http.client
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

_PATIENCE_SECONDS: Final = 8.0

Json = dict[str, Any]


class UnansweredError(Exception):
    """No answer came. What was asked for may have been done all the same."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a gateway said. Headers are by lower-case name."""

    status: int
    body: Json
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def source(self) -> str:
        """Who answered a read of standings: ``boards`` or ``ledger``."""
        return self.headers.get("ledgerboard-source", "boards")


class Client:
    """One gateway. Safe to share between threads; `close` closes the calling thread's connection."""

    def __init__(self, url: str, key: str, *, patience_seconds: float = _PATIENCE_SECONDS) -> None:
        self._host = urlsplit(url).netloc
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        self._patience_seconds = patience_seconds
        self._own = threading.local()

    def get(self, path: str) -> Answer:
        """A read, asked twice, since the connection may have been closed for standing idle."""
        try:
            return self.ask("GET", path)
        except UnansweredError:
            return self.ask("GET", path)

    def ask(self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None) -> Answer:
        """Any route. Raises `UnansweredError`."""
        connection = self._connection()
        content = None if body is None else json.dumps(body)
        try:
            connection.request(method, path, content, {**self._headers, **(headers or {})})
            response = connection.getresponse()
            answered = response.read()
            read = json.loads(answered) if answered else {}
        except (OSError, http.client.HTTPException, ValueError) as error:
            connection.close()
            raise UnansweredError(f"{method} {path}: {error!r}") from error
        return Answer(response.status, read, {name.lower(): value for name, value in response.getheaders()})

    def close(self) -> None:
        """Close the calling thread's connection. The next call opens another."""
        self._connection().close()

    def _connection(self) -> http.client.HTTPConnection:
        connection: http.client.HTTPConnection | None = getattr(self._own, "connection", None)
        if connection is None:
            connection = http.client.HTTPConnection(self._host, timeout=self._patience_seconds)
            self._own.connection = connection
        return connection
