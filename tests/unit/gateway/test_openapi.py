"""The document tells every route, its examples work, and what is really answered is what it promises."""

from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from werkzeug.test import TestResponse

from ledgerboard_contracts import BoardOptions
from ledgerboard_gateway.http.hot_pages import PAGES
from ledgerboard_gateway.http.problems import ProblemType
from ledgerboard_ledger import RankOfDay, Rejected
from ledgerboard_testkit.events import fact, rejection
from ledgerboard_testkit.memory import NOON
from tests.unit.gateway.gateways import MemoryGateway, running


@pytest.fixture(scope="module")
def gateway() -> Iterator[MemoryGateway]:
    with running() as made:
        yield made


@pytest.fixture(scope="module")
def document(gateway: MemoryGateway) -> dict[str, Any]:
    read: dict[str, Any] = gateway.get("/openapi.json").get_json(force=True)
    return read


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any], list[dict[str, Any]]]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method != "parameters":
                yield path, method, operation, [*item.get("parameters", []), *operation.get("parameters", [])]


def validate(document: dict[str, Any], schema: dict[str, Any], instance: Any) -> None:
    Draft202012Validator({**schema, "components": document["components"]}).validate(instance)


def check(document: dict[str, Any], path: str, method: str, answer: TestResponse) -> None:
    described = document["paths"][path][method]["responses"][str(answer.status_code)]["content"]
    content = described[answer.content_type.partition(";")[0]]
    if answer.is_json:
        validate(document, content["schema"], answer.get_json())


def test_it_is_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    assert document["components"]["securitySchemes"]["key"]["scheme"] == "bearer"


def test_every_route_is_documented_and_no_other(gateway: MemoryGateway, document: dict[str, Any]) -> None:
    served = {
        (rule.rule.replace("<", "{").replace(">", "}"), method.lower())
        for rule in gateway.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert {(path, method) for path, method, _, _ in operations(document)} == served


def test_every_operation_has_an_id_of_its_own(document: dict[str, Any]) -> None:
    ids = [operation["operationId"] for _, _, operation, _ in operations(document)]
    assert len(set(ids)) == len(ids)


def test_problems_of_one_status_stand_in_the_same_order_in_every_process(document: dict[str, Any]) -> None:
    """They come from sets, whose order changes from process to process."""
    for path, method, operation, _ in operations(document):
        for response in operation["responses"].values():
            problems = response.get("content", {}).get("application/problem+json", {}).get("examples", {})
            assert list(problems) == sorted(problems), f"{method} {path}"


def test_every_parameter_and_body_has_an_example(document: dict[str, Any]) -> None:
    for path, method, operation, parameters in operations(document):
        where = f"{method} {path}"
        names = {each["name"] for each in parameters if each["in"] == "path"}
        assert all(f"{{{name}}}" in path for name in names), where
        for parameter in parameters:
            assert "example" in parameter or "example" in parameter["schema"], f"{where}: {parameter['name']}"
            assert parameter["description"], where
        if "requestBody" in operation:
            assert operation["requestBody"]["content"]["application/json"]["example"], where
        assert operation["summary"], where


def test_what_has_a_tag_is_documented_with_it_and_nothing_else(document: dict[str, Any]) -> None:
    tagged = set()
    for path, method, operation, parameters in operations(document):
        if 304 in operation["responses"] or "304" in operation["responses"]:
            headers = operation["responses"]["200"]["headers"]
            assert {"ETag", "Cache-Control"} <= headers.keys(), path
            assert [each["in"] for each in parameters if each["name"] == "If-None-Match"] == ["header"], path
            tagged.add((method, path.replace("{", "<").replace("}", ">")))
    assert tagged == {("get", route) for route in PAGES}


def test_a_key_against_repetition_is_documented_where_it_is_heeded_and_nowhere_else(document: dict[str, Any]) -> None:
    for path, method, operation, parameters in operations(document):
        takes_key = "Idempotency-Key" in [each["name"] for each in parameters]
        assert takes_key == ("security" in operation and method != "get"), (method, path)


def test_every_read_of_standings_is_documented_with_who_may_answer(document: dict[str, Any]) -> None:
    for path, method, operation, _ in operations(document):
        if operation["tags"] == ["standings"] or (method == "get" and path.startswith("/{leaderboard}")):
            assert "Ledgerboard-Source" in operation["responses"]["200"]["headers"], path


def test_every_example_is_valid(document: dict[str, Any]) -> None:
    for _, _, operation, _ in operations(document):
        bodies = [operation["requestBody"], *operation["responses"].values()] if "requestBody" in operation else []
        for described in bodies or operation["responses"].values():
            for media, content in described.get("content", {}).items():
                examples = [content["example"]] if "example" in content else []
                examples += [each["value"] for each in content.get("examples", {}).values()]
                assert examples, (operation["summary"], media)
                for example in examples:
                    validate(
                        document, content["schema"], example
                    ) if "json" in media and "openapi" not in media else None


def test_what_the_examples_ask_is_answered_as_documented(gateway: MemoryGateway, document: dict[str, Any]) -> None:
    for path, method, operation, parameters in operations(document):
        url = path
        for parameter in (each for each in parameters if each["in"] == "path"):
            url = url.replace(f"{{{parameter['name']}}}", parameter["example"])
        body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("example", b"")
        answer = gateway.write(method.upper(), url, body)
        assert answer.status_code < 500, (method, path, answer.get_data())
        check(document, path, method, answer)


def test_full_answers_are_as_documented(gateway: MemoryGateway, document: dict[str, Any]) -> None:
    played, refused = fact("theburningmonk", 7, level="1", session="s", attributes={"a": [1]}), rejection()
    gateway.record.ensure("mario-kart")
    gateway.record.define("sums", BoardOptions(level_total_view=True))
    gateway.boards.add("mario-kart", played)
    gateway.ledger.add("mario-kart", played)
    gateway.ledger.reject(Rejected(rejection=refused, recorded_at=NOON))
    gateway.ranks.keep("mario-kart", "theburningmonk", RankOfDay(day=NOON.date(), rank=0, score=7))
    event, board, kart = "/v1/events/{event_id}", "/v1/boards/{board}", "/v1/boards/mario-kart"
    for path, url in (
        (f"{board}/standings", f"{kart}/standings?limit=1"),
        (f"{board}/standings", f"{kart}/standings?limit=100"),
        (f"{board}/standings", f"{kart}/standings?limit=100&level=1"),
        (f"{board}/standings/last", "/v1/boards/sums/standings/last?levels=total"),
        (f"{board}/standings/by-score", f"{kart}/standings/by-score?session=s&ranking=dense"),
        (f"{board}/standings/lookup", f"{kart}/standings/lookup?player=theburningmonk&player=alice"),
        (f"{board}/statistics", f"{kart}/statistics"),
        (f"{board}/players/{{player}}", f"{kart}/players/theburningmonk"),
        (f"{board}/players/{{player}}/neighbours", f"{kart}/players/theburningmonk/neighbours"),
        (f"{board}/scores/{{score}}/rank", f"{kart}/scores/42/rank?player=theburningmonk"),
        (f"{board}/scores/{{score}}/neighbours", f"{kart}/scores/42/neighbours"),
        ("/v1/players/{player}/standings", "/v1/players/theburningmonk/standings?boards=mario-kart,nope"),
        ("/v1/players/{player}/scores", "/v1/players/theburningmonk/scores?limit=1"),
        (f"{board}/players/{{player}}/scores", f"{kart}/players/theburningmonk/scores?limit=1"),
        (f"{board}/players/{{player}}/ranks", f"{kart}/players/theburningmonk/ranks"),
        (f"{board}/record", f"{kart}/record"),
        (event, f"/v1/events/{played.event_id}"),
        (event, f"/v1/events/{refused.event_id}"),
        ("/v1/boards", "/v1/boards?limit=1&contains=kart"),
        ("/{leaderboard}", "/mario-kart"),
        ("/{leaderboard}/{name}", "/mario-kart/theburningmonk"),
    ):
        answer = gateway.get(url)
        assert answer.status_code == 200, answer.get_data()
        check(document, path, "get", answer)


@pytest.mark.parametrize("down", ["queue", "record"])
def test_failures_are_as_documented(gateway: MemoryGateway, document: dict[str, Any], down: str) -> None:
    setattr(getattr(gateway, down), "available", False)  # noqa: B010 -- the name is the parameter.
    try:
        answer = gateway.post("/v1/boards/another/scores", {"player": "ada", "score": 1})
        assert answer.status_code == 503
        check(document, "/v1/boards/{board}/scores", "post", answer)
    finally:
        setattr(getattr(gateway, down), "available", True)  # noqa: B010 -- the name is the parameter.


def test_every_type_of_problem_leads_to_its_explanation(gateway: MemoryGateway) -> None:
    for kind in ProblemType:
        page = gateway.get(kind.uri)
        assert (page.status_code, kind.title in page.text) == (200, True)
    assert gateway.get("/docs/problems/nope").status_code == 404


def test_the_page_loads_nothing_from_elsewhere(gateway: MemoryGateway) -> None:
    page = gateway.get("/docs")
    assert page.status_code == 200
    assert "//" not in page.text.replace("<!doctype html>", "")
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
