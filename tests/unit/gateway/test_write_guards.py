"""What every write route asks before it reads a body: the key, the content type, the size."""

from typing import Any

import pytest

from ledgerboard_gateway.http.operations import SMALL_BODY_BYTES
from tests.unit.gateway.gateways import MAX_BODY_BYTES, MemoryGateway

WRITES = [
    ("POST", "/v1/boards/race/scores"),
    ("POST", "/race/ada"),
    ("POST", "/v1/scores"),
    ("PUT", "/v1/boards/race"),
]
SMALL = {"/v1/boards/race/scores", "/race/ada"}


@pytest.mark.parametrize(("method", "path"), WRITES)
class TestEveryWriteRoute:
    @pytest.mark.parametrize("content_type", [None, "text/plain", "application/x-www-form-urlencoded"])
    def test_answers_415_where_the_body_is_not_declared_as_json(
        self, gateway: MemoryGateway, method: str, path: str, content_type: str | None
    ) -> None:
        headers: dict[str, Any] = {"Content-Type": content_type} if content_type else {}
        headers |= {"Authorization": gateway.authorization}
        answer = gateway.client.open(path, method=method, data=b"{}", headers=headers)
        assert (answer.status_code, answer.get_json()["type"]) == (415, "/docs/problems/unsupported-media-type")
        assert gateway.queue.sent == []

    def test_answers_413_where_the_body_is_too_large(self, gateway: MemoryGateway, method: str, path: str) -> None:
        answer = gateway.write(method, path, b" " * (MAX_BODY_BYTES + 1))
        assert (answer.status_code, answer.get_json()["type"]) == (413, "/docs/problems/too-large")
        limit_bytes = SMALL_BODY_BYTES if path in SMALL else MAX_BODY_BYTES
        assert str(limit_bytes) in answer.get_json()["detail"]

    @pytest.mark.parametrize("encoding", ["gzip", "br", "deflate, gzip", "identity, gzip", "GZIP", "x"])
    def test_answers_415_where_the_body_is_encoded(
        self, gateway: MemoryGateway, method: str, path: str, encoding: str
    ) -> None:
        answer = gateway.write(method, path, b"{}", headers={"Content-Encoding": encoding})
        assert (answer.status_code, answer.get_json()["type"]) == (415, "/docs/problems/unsupported-media-type")
        assert answer.headers["Accept-Encoding"] == "identity"
        assert "Content-Encoding" in answer.get_json()["detail"]

    @pytest.mark.parametrize("encoding", ["identity", "Identity", ""])
    def test_takes_a_body_that_says_that_it_is_not_encoded(
        self, gateway: MemoryGateway, method: str, path: str, encoding: str
    ) -> None:
        assert gateway.write(method, path, b"{}", headers={"Content-Encoding": encoding}).status_code != 415

    def test_takes_a_content_type_with_a_charset(self, gateway: MemoryGateway, method: str, path: str) -> None:
        headers = {"Content-Type": "application/json; charset=utf-8"}
        assert gateway.write(method, path, b"{}", headers=headers).status_code != 415

    @pytest.mark.parametrize(
        "authorization", ["", "Bearer", "Bearer ", "Bearer wrong", "Basic a-key-of-sixteen+", "a-key-of-sixteen+"]
    )
    def test_answers_401_without_the_key_before_it_looks_at_anything(
        self, gateway: MemoryGateway, method: str, path: str, authorization: str
    ) -> None:
        answer = gateway.write(method, path, b"nonsense", headers={"Authorization": authorization})
        assert (answer.status_code, answer.get_json()["type"]) == (401, "/docs/problems/unauthorized")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert gateway.queue.sent == []


def test_a_path_that_is_not_utf8_is_refused_and_not_taken_for_another_name(gateway: MemoryGateway) -> None:
    for path, field in (("/race/\xff", "name"), ("/\xff", "leaderboard"), ("/v1/boards/race/players/a\xff", "player")):
        answer = gateway.client.get("/", environ_overrides={"PATH_INFO": path})
        assert (answer.status_code, answer.get_json()["errors"][0]["field"]) == (400, field)


def test_a_replacement_character_that_was_meant_is_a_name_like_any_other(gateway: MemoryGateway) -> None:
    assert gateway.get("/race/%EF%BF%BD").get_json() == {"score": 0, "rank": None}
