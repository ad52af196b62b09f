"""A client of the published HTTP interface, as a game's server would write it. Knows nothing of the code behind it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import urllib3


@dataclass(frozen=True)
class Answer:
    """Status, decoded JSON body and headers of one response."""

    status: int
    body: Any
    headers: dict[str, str]


class Api:
    """Thread-safe. Never retries: a test must see every answer."""

    def __init__(self, base_url: str, key: str) -> None:
        self._base_url = base_url
        self._headers = {"Authorization": f"Bearer {key}"}
        self._pool = urllib3.PoolManager(maxsize=32, retries=False, timeout=urllib3.Timeout(connect=5, read=30))

    def get(self, path: str, **query: Any) -> Answer:
        target = f"{self._base_url}{path}" + (f"?{urlencode(query)}" if query else "")
        return self._answer(self._pool.request("GET", target))

    def send(self, method: str, path: str, document: Any) -> Answer:
        headers = {**self._headers, "Content-Type": "application/json"}
        return self._answer(
            self._pool.request(method, f"{self._base_url}{path}", body=json.dumps(document), headers=headers)
        )

    def submit(self, board: str, player: str, score: int, **more: Any) -> Answer:
        return self.send("POST", f"/v1/boards/{quote(board)}/scores", {"player": player, "score": score, **more})

    def submit_many(self, scores: list[dict[str, Any]]) -> Answer:
        return self.send("POST", "/v1/scores", {"scores": scores})

    def standings(self, board: str, **query: Any) -> list[dict[str, Any]]:
        """Every standing of one view, page after page."""
        found: list[dict[str, Any]] = []
        while True:
            page = self.get(f"/v1/boards/{quote(board)}/standings", start=len(found), limit=100, **query)
            if page.status == 404:
                return []
            assert page.status == 200, page
            found += page.body["standings"]
            if not page.body["standings"] or len(found) >= page.body["total"]:
                return found

    def plays(self, player: str) -> Iterator[dict[str, Any]]:
        """Every row that the ledger holds of one player, newest first, page after page."""
        query: dict[str, Any] = {"limit": 100}
        while True:
            page = self.get(f"/v1/players/{quote(player)}/scores", **query)
            assert page.status == 200, page
            yield from page.body["scores"]
            if page.body.get("next") is None:
                return
            query["before"] = page.body["scores"][-1]["event_id"]

    @staticmethod
    def _answer(response: urllib3.BaseHTTPResponse) -> Answer:
        body = json.loads(response.data) if response.data else None
        return Answer(response.status, body, dict(response.headers))
