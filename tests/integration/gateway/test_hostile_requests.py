"""Requests that are meant to be misunderstood: each is refused, or taken for what it plainly is."""

from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any, Final

import msgspec
import pytest
import redis
from sqlalchemy import Engine

from tests.integration.gateway.fuzz_scene import PASSWORD, Scene, fuzzed_gateway

_SCORES: Final = "/v1/boards/race/scores"
_DEEP: Final = b"[" * 10_000


@pytest.fixture(scope="module")
def scene(sqs_endpoint: str, valkey: redis.Redis, redis_url: str, ledger_url: str, engine: Engine) -> Iterator[Scene]:
    with fuzzed_gateway(sqs_endpoint, valkey, (redis_url, ledger_url), engine) as made:
        yield made


def ask(
    scene: Scene, method: str, path: str, body: Any = None, *, who: str = "player", **headers: str
) -> tuple[int, Any]:
    """Status and body. ``path`` is sent as it is."""
    connection = HTTPConnection("127.0.0.1", scene.gateway.port, timeout=15)
    sent = body if isinstance(body, bytes | None) else msgspec.json.encode(body)
    credential = scene.credentials[who]
    known = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {credential}"} if credential else {})
    try:
        connection.request(method, path, sent, known | headers)
        answer = connection.getresponse()
        read = answer.read()
        return answer.status, msgspec.json.decode(read) if "json" in (answer.getheader("Content-Type") or "") else read
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", _SCORES, {"player": "eve", "score": 1}), ("POST", "/race/eve", {"score": 1}),
        ("POST", "/users/eve", {"level": 1, "score": 1}),
        ("POST", "/v1/boards/cup/sessions/final/seats", {"player": "eve"}),
        ("DELETE", "/v1/boards/cup/sessions/final/seats/eve", None), ("POST", "/v1/users/eve/sign-out", {}),
        ("POST", "/users/Ada", {"level": 1, "score": 1}), ("POST", "/users/ada%E2%80%8B", {"level": 1, "score": 1}),
        ("POST", "/users/%EF%BD%81da", {"level": 1, "score": 1}),
        ("POST", "/users/a%CC%81da", {"level": 1, "score": 1}),
        ("POST", _SCORES, b'{"player":"ada","player":"eve","score":1}'),
        ("POST", _SCORES, b'{"player":"ada","pl\\u0061yer":"eve","score":1}'),
        ("GET", "/v1/keys", None), ("GET", "/v1/keys/", None), ("GET", "/v1/%6beys", None),
    ],
)  # fmt: skip
def test_nobody_acts_for_another_however_the_name_is_written(scene: Scene, method: str, path: str, body: Any) -> None:
    assert ask(scene, method, path, body)[0] == 403


def test_of_two_names_in_a_body_the_one_that_is_judged_is_the_one_that_plays(scene: Scene) -> None:
    status, told = ask(scene, "POST", _SCORES, b'{"player":"eve","player":"ada","score":1}')
    assert (status, told["player"]) == (202, "ada")


@pytest.mark.parametrize("query", ["limit=1&limit=100", "period=day&period=week", "start=0&limit=1&start=9"])
def test_a_parameter_that_is_given_twice_is_refused(scene: Scene, query: str) -> None:
    status, told = ask(scene, "GET", f"/v1/boards/race/standings?{query}")
    assert (status, told["errors"][0]["message"]) == (400, "is given more than once")


def test_no_body_takes_a_field_that_is_not_documented(scene: Scene) -> None:
    _, document = ask(scene, "GET", "/openapi.json")
    taken, tried = [], 0
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method == "parameters" or "requestBody" not in operation:
                continue
            tried += 1
            example = operation["requestBody"]["content"]["application/json"]["example"]
            url = path
            for parameter in item.get("parameters", []):
                url = url.replace(f"{{{parameter['name']}}}", parameter["example"].replace(" ", "%20"))
            status, _ = ask(scene, method.upper(), url, {**example, "groups": ["managers"]}, who="root")
            if status not in {400, 404, 409}:
                taken.append((method, path, status))
    assert (taken, tried > 20) == ([], True)
    wanted = {"username": "mal", "password": PASSWORD, "email": "m@example.com", "cognito:groups": ["managers"]}
    assert ask(scene, "POST", "/users", wanted, who="nobody")[0] == 400


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        ("POST", _SCORES, _DEEP, 400), ("PUT", "/v1/boards/race", _DEEP, 400), ("POST", "/login", _DEEP, 400),
        ("POST", "/v1/scores", b"[" * 200_000, 400), ("POST", "/login", b"[" * 200_000, 413),
        ("POST", _SCORES, b'{"player":"ada","score":' + b"9" * 10_000 + b"}", 400),
        ("PUT", "/v1/boards/race", b'{"min_score":' + b"9" * 10_000 + b"}", 400),
        ("POST", _SCORES, b'{"player":"ada","score":1,"attributes":{"a":1e999}}', 400),
        ("POST", _SCORES, b" " * (1024 * 1024 + 1), 413),
        ("POST", "/v1/scores", {"scores": [{"board": "race", "player": "a", "score": 1}] * 1001}, 400),
        ("GET", "/v1/boards/race/standings?limit=" + "9" * 5_000, None, 400),
        ("GET", "/v1/boards/race/standings?start=1000000000", None, 200),
        ("GET", "/v1/boards/race/scores/" + "9" * 5_000 + "/rank", None, 400), ("GET", "/" + "a" * 100_000, None, 414),
        ("GET", "/v1/boards/race/standings/lookup?" + "player=a&" * 2_000, None, 400),
    ],
)  # fmt: skip
def test_nothing_is_too_much_to_be_refused(scene: Scene, method: str, path: str, body: Any, expected: int) -> None:
    assert ask(scene, method, path, body, who="root")[0] == expected


@pytest.mark.parametrize(
    "path",
    [
        "/v1//keys",
        "/%2e%2e/v1/keys",
        "/v1/boards/../keys",
        "/docs/../v1/keys",
        "/v1/keys%00",
        "/v1/keys;a=b",
        "/V1/keys",
    ],
)
def test_no_detour_leads_past_the_guard(scene: Scene, path: str) -> None:
    assert ask(scene, "GET", path, who="root")[0] in {400, 404}
    assert ask(scene, "GET", path, who="nobody")[0] in {400, 401, 404}


@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
def test_no_header_makes_another_method_of_a_request(scene: Scene, header: str) -> None:
    assert ask(scene, "GET", "/v1/hooks/prizes?_method=DELETE", who="root", **{header: "DELETE"})[0] == 405
    assert [each["hook"] for each in ask(scene, "GET", "/v1/hooks", who="root")[1]["hooks"]] == ["prizes"]


@pytest.mark.parametrize("method", ["TRACE", "PROPFIND", "CONNECT", "PATCH", "NONSENSE"])
def test_other_methods_are_not_allowed(scene: Scene, method: str) -> None:
    assert ask(scene, method, "/v1/keys", who="root")[0] == 405


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/problem+json"],
)
def test_what_a_form_of_another_site_can_send_is_no_body(scene: Scene, kind: str) -> None:
    assert ask(scene, "POST", _SCORES, {"player": "ada", "score": 1}, **{"Content-Type": kind})[0] == 415


def test_answers_to_everybody_tell_neither_who_asked_nor_any_secret(scene: Scene) -> None:
    _, keys = ask(scene, "GET", "/v1/keys", who="root")
    assert not {"hash", "digest", "secret", "key"} & set(keys["keys"][0])
    for path in ("/v1/boards/race", "/v1/boards/race/record", "/v1/boards/cup/sessions", "/users/ada", "/v1/boards",
                 f"/v1/events/{scene.known['event_id'][0]}", "/v1/players/ada/scores", "/readyz"):  # fmt: skip
        status, told = ask(scene, "GET", path, who="nobody")
        assert (status, [word for word in ("author", "created_by", "key:", "root", "@") if word in str(told)]) == (
            200,
            [],
        )
