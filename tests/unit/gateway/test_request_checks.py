"""A request whose head can be taken for two things is refused."""

from typing import Any, Final

import pytest
from werkzeug.test import EnvironBuilder, run_wsgi_app

from ledgerboard_gateway.http.request_checks import RequestChecks

PASSED: Final = "200 OK"


def status_of(path: str = "/race", query: str = "", **changed: str | None) -> str:
    """What a request is answered that gets no further than the checks, or `PASSED`."""

    def inner(_environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response(PASSED, [])
        return []

    environ = EnvironBuilder("/race").get_environ() | {"RAW_URI": path, "QUERY_STRING": query}
    environ = {name: value for name, value in (environ | changed).items() if value is not None}
    _, status, _ = run_wsgi_app(RequestChecks(inner), environ)
    return status


@pytest.mark.parametrize(
    "host", ["a.example", "a.example:8080", "localhost", "10.0.0.1:1", "[::1]", "[::1]:80", "a_b:"]
)
def test_a_host_passes(host: str) -> None:
    assert status_of(HTTP_HOST=host) == PASSED


@pytest.mark.parametrize(
    "host", ["", " ", "a b", "a.example, b.example", "a,b", "a.example b", "a@b", "a/b", "a:b", "é"]
)
def test_what_is_not_one_host_does_not(host: str) -> None:
    assert status_of(HTTP_HOST=host).startswith("400 ")


def test_only_an_old_request_may_have_no_host() -> None:
    assert status_of(HTTP_HOST=None, SERVER_PROTOCOL="HTTP/1.1").startswith("400 ")
    assert status_of(HTTP_HOST=None, SERVER_PROTOCOL="HTTP/1.0") == PASSED
    assert status_of(HTTP_HOST="a b", SERVER_PROTOCOL="HTTP/1.0").startswith("400 ")


@pytest.mark.parametrize("text", ["%", "%2", "%zz", "a%", "%%20", "%2g", "%u0041"])
def test_a_broken_percent_encoding_is_refused_in_paths_and_in_queries(text: str) -> None:
    assert status_of(path=f"/race/{text}").startswith("400 ")
    assert status_of(query=f"level={text}").startswith("400 ")
    assert status_of(query=f"{text}=1").startswith("400 ")


@pytest.mark.parametrize("text", ["%FF", "%C3%28", "%ED%A0%80", "%C0%80", "\xff"])
def test_bytes_of_a_query_that_are_no_utf8_are_refused(text: str) -> None:
    assert status_of(query=f"level={text}").startswith("400 ")


@pytest.mark.parametrize(
    "query", ["", "a=1", "level=%C3%A9", "level=%F0%9F%8E%AE&a=%20+b", "level=\xc3\xa9", "a&b=&=c"]
)
def test_a_sound_query_passes(query: str) -> None:
    assert status_of(query=query) == PASSED


def test_the_refusal_names_the_parameter(gateway: Any) -> None:
    told = gateway.get("/v1/boards/race/standings?limit=1&level=%zz").get_json()
    assert told["errors"] == [{"field": "level", "message": "has a broken percent-encoding"}]
