"""What the operator sees: readiness, metrics, and problems for what no route answers."""

import json

import pytest

from tests.unit.gateway.gateways import MemoryGateway


def test_a_gateway_is_alive_whatever_is_down(gateway: MemoryGateway) -> None:
    gateway.probe.failures = {"queue": "Timeout", "redis": "Timeout"}
    assert gateway.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    ("failing", "status", "word"),
    [
        ([], 200, "ready"),
        (["redis"], 200, "degraded"),
        (["redis", "postgres"], 200, "degraded"),
        (["queue"], 503, "not ready"),
        (["serving"], 503, "not ready"),
    ],
)
def test_only_what_keeps_it_from_accepting_makes_it_unready(
    gateway: MemoryGateway, failing: list[str], status: int, word: str
) -> None:
    gateway.probe.failures = dict.fromkeys(failing, "UnavailableError")
    answer = gateway.get("/readyz")
    assert (answer.status_code, answer.get_json()["status"]) == (status, word)
    assert answer.get_json()["checks"] == {
        name: "UnavailableError" if name in failing else "ok" for name in gateway.probe.names
    }


def test_requests_are_counted_by_the_route_and_not_by_the_path(gateway: MemoryGateway) -> None:
    for path in ("/race/a", "/race/b", "/no/such/path"):
        gateway.get(path)
    text = gateway.get("/metrics").text
    assert 'gateway_request_seconds_count{method="GET",route="/<leaderboard>/<name>",status="200"} 2.0' in text
    assert 'gateway_request_seconds_count{method="GET",route="none",status="404"} 1.0' in text
    assert "/race/a" not in text


def test_sends_and_submissions_are_counted(gateway: MemoryGateway) -> None:
    gateway.post("/v1/scores", {"scores": [{"board": "race", "player": "a", "score": 1}, {}]})
    assert gateway.metric("gateway_submissions_total", outcome="accepted") == 1
    assert gateway.metric("gateway_submissions_total", outcome="refused") == 1
    assert gateway.metric("gateway_publish_seconds_count", result="acknowledged") == 1
    assert gateway.metric("gateway_envelope_submissions_sum") == 1
    assert gateway.metric("gateway_buffered_submissions") == 0


def test_what_no_route_answers_is_a_problem(gateway: MemoryGateway) -> None:
    for method, path, status in (
        ("GET", "/a/b/c", 404), ("DELETE", "/race", 405), ("DELETE", "/v1/boards", 405), ("GET", "/v1/scores", 405),
        ("GET", "/v1/reconciliations", 405), ("GET", "/login", 405), ("GET", "/v1/nothing", 404), ("GET", "/v1", 404),
    ):  # fmt: skip
        answer = gateway.client.open(path, method=method)
        assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
        assert answer.get_json()["status"] == status
        assert ("Allow" in answer.headers) == (status == 405)


def test_a_defect_is_a_problem_that_tells_only_the_request_id(gateway: MemoryGateway) -> None:
    def fail(_board: str) -> None:
        raise RuntimeError("a secret detail")

    gateway.record.current = fail  # type: ignore[assignment,method-assign]  # The fake itself, not our code.
    answer = gateway.get("/race", **{"X-Request-ID": "find-me"})
    assert (answer.status_code, answer.get_json()["type"]) == (500, "/docs/problems/internal")
    assert "find-me" in answer.get_json()["detail"]
    assert "secret" not in answer.text
    assert json.loads(gateway.lines[-1])["status"] == 500


def test_probes_are_counted_and_not_logged(gateway: MemoryGateway) -> None:
    for path in ("/healthz", "/readyz", "/metrics"):
        gateway.get(path)
    assert gateway.lines == []


def test_each_answer_is_the_last_on_its_connection_while_it_drains(gateway: MemoryGateway) -> None:
    paths = ("/healthz", "/race", "/a/b/c")
    assert ["Connection" in gateway.get(path).headers for path in paths] == [False, False, False]
    gateway.draining = True
    assert [gateway.get(path).headers["Connection"] for path in paths] == ["close", "close", "close"]
