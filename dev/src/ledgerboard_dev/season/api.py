"""Ledgerboard as any client sees it: JSON over HTTP, one connection a thread."""

import http.client
import json
import threading
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

_TIMEOUT_SECONDS: Final = 10
_PAGE: Final = 100


class UnreachableError(Exception):
    """No answer came. A submission may have been accepted all the same."""


class Api:
    """The gateway's routes. Safe to share between threads."""

    def __init__(self, url: str, key: str) -> None:
        self._host = urlsplit(url).netloc
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        self._own = threading.local()

    def close(self) -> None:
        """Close the calling thread's connection. The next call opens another."""
        connection: http.client.HTTPConnection | None = getattr(self._own, "connection", None)
        if connection is not None:
            connection.close()

    def put_board(self, board: str, options: dict[str, Any]) -> int:
        """Define a board. Returns the status."""
        return self.call("PUT", f"/v1/boards/{board}", options)[0]

    def post_score(self, board: str, player: str, score: int) -> tuple[int, dict[str, Any]]:
        """Submit one score."""
        return self.call("POST", f"/v1/boards/{board}/scores", {"player": player, "score": score})

    def post_scores(self, scores: list[dict[str, Any]]) -> tuple[int, dict[str, Any]]:
        """Submit up to 1,000 scores at once."""
        return self.call("POST", "/v1/scores", {"scores": scores})

    def standing(self, board: str, player: str) -> dict[str, Any] | None:
        """A player's place, or None while they have none."""
        status, answer = self.call("GET", f"/v1/boards/{board}/players/{quote(player, safe='')}")
        return answer if status == http.client.OK else None

    def top(self, board: str, limit: int) -> list[dict[str, Any]]:
        """The first places; none while the board is unknown."""
        status, answer = self.call("GET", f"/v1/boards/{board}/standings?{urlencode({'limit': limit})}")
        return list(answer["standings"]) if status == http.client.OK else []

    def standings(self, board: str) -> list[dict[str, Any]]:
        """The whole board, page by page."""
        found: list[dict[str, Any]] = []
        while True:
            query = urlencode({"start": len(found), "limit": _PAGE})
            status, answer = self.call("GET", f"/v1/boards/{board}/standings?{query}")
            if status != http.client.OK or not answer["standings"]:
                return found
            found += answer["standings"]

    def plays(self, player: str) -> list[dict[str, Any]]:
        """Everything that the ledger holds of a player, newest first."""
        found: list[dict[str, Any]] = []
        path: str | None = f"/v1/players/{quote(player, safe='')}/scores?{urlencode({'limit': _PAGE})}"
        while path:
            status, answer = self.call("GET", path)
            if status != http.client.OK:
                raise UnreachableError(f"{path} answered {status}")
            found += answer["scores"]
            path = answer["next"]
        return found

    def call(self, method: str, path: str, body: object = None) -> tuple[int, dict[str, Any]]:
        """Any route: the status and the answer. Raises `UnreachableError` where none came.

        A read is asked twice, since the first time its connection may have been closed for standing idle.
        """
        try:
            return self._ask(method, path, body)
        except UnreachableError:
            if method != "GET":
                raise
            return self._ask(method, path, body)

    def _ask(self, method: str, path: str, body: object) -> tuple[int, dict[str, Any]]:
        connection = self._connection()
        try:
            connection.request(method, path, None if body is None else json.dumps(body), self._headers)
            response = connection.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise UnreachableError(str(error)) from error
        return response.status, json.loads(content) if content else {}

    def _connection(self) -> http.client.HTTPConnection:
        connection: http.client.HTTPConnection | None = getattr(self._own, "connection", None)
        if connection is None:
            connection = self._own.connection = http.client.HTTPConnection(self._host, timeout=_TIMEOUT_SECONDS)
        return connection
