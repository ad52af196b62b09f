"""Every answer protects its reader, and only pages of allowed origins may read one."""

from typing import Any, Final

import pytest
from werkzeug.test import Client, TestResponse

from ledgerboard_gateway.http.protection import ANY_ORIGIN, Policy, Protection
from ledgerboard_testkit.memory import FixedClock
from tests.unit.gateway.gateways import MemoryGateway

GAME: Final = "https://game.example"
PREFLIGHT: Final = {"Origin": GAME, "Access-Control-Request-Method": "POST"}
CLOSED, OPEN, ANY = Policy(), Policy(origins=frozenset({GAME})), Policy(origins=frozenset({ANY_ORIGIN}))


def ask(policy: Policy, method: str = "GET", **headers: str) -> TestResponse:
    def inner(_environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "application/json")])
        return [b"{}"]

    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return Client(Protection(inner, policy), TestResponse).open("/", method=method, headers=given)


def test_every_answer_of_the_gateway_is_protected(gateway: MemoryGateway) -> None:
    assert isinstance(gateway.clock, FixedClock)
    for path in ("/healthz", "/v1/boards", "/nothing/here/at/all", "/v1/boards/no%20board/players/x", "/docs"):
        headers = gateway.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert headers["X-Frame-Options"] == "DENY", path
        assert len(headers.getlist("Content-Security-Policy")) == 1, path


def test_a_page_keeps_its_own_policy(gateway: MemoryGateway) -> None:
    assert "script-src" in gateway.get("/docs").headers["Content-Security-Policy"]
    assert gateway.get("/healthz").headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_what_is_answered_to_a_key_is_not_stored_on_the_way() -> None:
    assert ask(CLOSED, Authorization="Bearer x").headers["Cache-Control"] == "no-store"
    assert "Cache-Control" not in ask(CLOSED).headers


def test_tls_is_insisted_on_only_where_it_was_said() -> None:
    assert "Strict-Transport-Security" not in ask(CLOSED).headers
    headers = ask(Policy(hsts_seconds=60)).headers
    assert headers["Strict-Transport-Security"] == "max-age=60; includeSubDomains"


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "https://game.example.evil.example", ""])
def test_pages_of_other_origins_may_not_read(origin: str) -> None:
    answer = ask(OPEN, Origin=origin)
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert answer.headers["Vary"] == "Origin"
    assert "Access-Control-Allow-Methods" not in ask(OPEN, "OPTIONS", **PREFLIGHT | {"Origin": origin}).headers


def test_pages_of_an_allowed_origin_may_read_what_they_need() -> None:
    headers = ask(OPEN, Origin=GAME).headers
    assert headers["Access-Control-Allow-Origin"] == GAME
    assert "Retry-After" in headers["Access-Control-Expose-Headers"]
    assert "Access-Control-Allow-Credentials" not in headers


def test_where_all_may_read_the_answer_is_the_same_for_all() -> None:
    headers = ask(ANY, Origin="https://anyone.example").headers
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert "Vary" not in headers


def test_a_preflight_is_answered_without_the_application() -> None:
    answer = ask(OPEN, "OPTIONS", **PREFLIGHT)
    assert (answer.status_code, answer.data) == (204, b"")
    assert "PUT" in answer.headers["Access-Control-Allow-Methods"]
    assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]


@pytest.mark.parametrize("policy", [CLOSED, OPEN])
def test_other_options_requests_go_on(policy: Policy) -> None:
    assert ask(policy, "OPTIONS").status_code == 200
    assert ask(CLOSED, "OPTIONS", **PREFLIGHT).status_code == 200
