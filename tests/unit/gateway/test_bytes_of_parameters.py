"""Every parameter of every path and query is held to one check by its kind, before any store sees it."""

from collections.abc import Callable, Iterator
from typing import Any, Final
from urllib.parse import quote, unquote_to_bytes

from werkzeug.test import TestResponse

from tests.inputs import INPUTS
from tests.unit.gateway.gateways import MemoryGateway

HOSTILE: Final = (
    "%00",
    "a%00b",
    "%00%00",
    "a%1F",
    "%7F",
    "a%C2%85",
    "%E2%80%A8",
    "%FF",
    "a%C3%28",
    "%ED%A0%80",
    "%C0%80",
)
"""NUL, control characters, a line separator; bytes that are no UTF-8: bare, cut short, a surrogate, an overlong NUL."""

REFUSED: Final = frozenset({400, 404, 405})
"""404 and 405 where no route has such a path."""


def requests(document: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Method, URL and the parameter that is hostile in it."""
    for path, item in document["paths"].items():
        shared = item.get("parameters", [])
        for method, operation in item.items():
            if method == "parameters":
                continue
            given = [*shared, *operation.get("parameters", [])]
            url = path
            for each in given:
                if each["in"] == "path":
                    url = url.replace(f"{{{each['name']}}}", f"<{each['name']}>")
            for each in given:
                for hostile in HOSTILE:
                    if each["in"] == "path":
                        yield method.upper(), _filled(url, given, each["name"], hostile), each["name"]
                    elif each["in"] == "query":
                        pairs = f"{each['name']}={hostile}"
                        yield method.upper(), f"{_filled(url, given)}?{pairs}", each["name"]


def _filled(url: str, given: list[Any], name: str = "", hostile: str = "") -> str:
    for each in given:
        text = hostile if each["name"] == name else quote(str(each.get("example", "")), safe="")
        url = url.replace(f"<{each['name']}>", text)
    return url


def _ask(gateway: MemoryGateway, method: str, url: str) -> TestResponse:
    """Send the path as a server hands it on: the test client would mend bytes that are no UTF-8."""
    path = unquote_to_bytes(url.partition("?")[0]).decode("latin-1")
    headers = {"Authorization": gateway.authorization}
    return gateway.client.open(url, method=method, headers=headers, environ_overrides={"PATH_INFO": path})


def test_no_parameter_takes_bytes_that_a_store_does_not_take(
    gateway: MemoryGateway, record_property: Callable[[str, object], None]
) -> None:
    taken, tried = [], 0
    for method, url, name in requests(gateway.get("/openapi.json").get_json()):
        tried += 1
        answer = _ask(gateway, method, url)
        named = {error["field"].partition("[")[0] for error in (answer.get_json() or {}).get("errors", [])}
        if answer.status_code not in REFUSED or (answer.status_code == 400 and named != {name}):
            taken.append(f"{method} {url}: {answer.status_code} {named}")
    record_property(INPUTS, tried)
    assert taken == []
    assert tried > 1_000
