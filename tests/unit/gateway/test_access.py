"""The table of access, walked: every operation of the OpenAPI document against everybody who may knock."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from ledgerboard_gateway.access_settings import Reads
from ledgerboard_gateway.http.access import ACCESS, HELD_INSIDE, Access, UnlistedOperationError
from ledgerboard_gateway.http.binding import bind
from ledgerboard_gateway.http.path_checks import UncheckedParameterError
from ledgerboard_gateway.http.path_parameters import PATH_PARAMETERS
from ledgerboard_testkit.events import fact
from tests.unit.gateway.callers import BOARD, CLOSED, FORBIDDEN, IN, PLAYER, PUBLIC, UNKNOWN, everybody
from tests.unit.gateway.gateways import MemoryGateway, running

_OUR_NAMES = dict.fromkeys(("board", "leaderboard"), BOARD) | dict.fromkeys(("player", "name", "username"), PLAYER)
_GIVE_CREDENTIALS = {"POST /login", "POST /v1/refresh"}
"""Their own 401 tells that a password or refresh token is wrong."""
_TOKENLESS = {
    # These change nothing, though their method would let one think so.
    "POST /v1/boards/<board>/standings/lookup", "POST /v1/players/names",
    "POST /users", "POST /v1/users/<username>/confirm", *_GIVE_CREDENTIALS,  # For who has no token yet.
}  # fmt: skip


@pytest.fixture(scope="module", params=[Reads.PUBLIC, Reads.CLOSED])
def gateway(request: pytest.FixtureRequest) -> Iterator[MemoryGateway]:
    with running(request.param) as made:
        yield made


def about_ada(example: Any) -> Any:
    """An example's body, about the one player and board that the table speaks of."""
    if isinstance(example, Mapping):
        return {key: _OUR_NAMES.get(key, about_ada(value)) for key, value in example.items()}
    return [about_ada(each) for each in example] if isinstance(example, list) else example


def operations(gateway: MemoryGateway) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    read = gateway.get("/openapi.json").get_json(force=True)
    for path, item in read["paths"].items():
        for method in item.keys() - {"parameters"}:
            yield method.upper(), path.replace("{", "<").replace("}", ">"), item[method]


def knock(gateway: MemoryGateway, method: str, rule: str, document: Mapping[str, Any], credential: str) -> int:
    """How an operation meets a credential: 401, 403, or 200 for everything else that is no defect."""
    names = {name: known["example"] for name, known in PATH_PARAMETERS.items()} | _OUR_NAMES
    if rule.endswith("/erase"):  # Afterwards ada's token would be nobody's.
        names["player"] = "somebody"
    path = re.sub(r"<(\w+)>", lambda found: str(names[found[1]]), rule)
    content = document.get("requestBody", {}).get("content", {}).get("application/json", {})
    headers = {"Authorization": f"Bearer {credential}"} if credential else {"Authorization": ""}
    answer = gateway.write(method, path, about_ada(content.get("example", {})), headers=headers)
    assert answer.status_code < 500, (method, path, answer.text)
    if answer.status_code == UNKNOWN and f"{method} {rule}" not in _GIVE_CREDENTIALS:
        assert answer.get_json()["type"] == "/docs/problems/unauthorized"
        return UNKNOWN
    return FORBIDDEN if (answer.get_json(silent=True) or {}).get("type") == "/docs/problems/forbidden" else IN


def test_the_table_has_one_entry_for_every_operation_of_the_document_and_no_other(gateway: MemoryGateway) -> None:
    assert {f"{method} {rule}" for method, rule, _ in operations(gateway)} == set(ACCESS)
    assert set(ACCESS) >= HELD_INSIDE


def test_every_operation_meets_everybody_as_its_entry_says(gateway: MemoryGateway) -> None:
    gateway.record.ensure(BOARD)
    gateway.ledger.add(BOARD, fact(PLAYER, event_id=UUID(PATH_PARAMETERS["event_id"]["example"])))
    table = CLOSED if gateway.reads is Reads.CLOSED else PUBLIC
    wrong = {}
    for method, rule, document in operations(gateway):
        for who, credential in everybody(gateway).items():
            expected = table[ACCESS[f"{method} {rule}"]][who]
            if (met := knock(gateway, method, rule, document, credential)) != expected:
                wrong[f"{who}: {method} {rule}"] = (met, expected)
    assert wrong == {}


def test_the_document_says_of_every_operation_whether_it_needs_a_credential(gateway: MemoryGateway) -> None:
    for method, rule, document in operations(gateway):
        access = ACCESS[f"{method} {rule}"]
        guarded = access is not Access.OPEN and (access is not Access.READ or gateway.reads is Reads.CLOSED)
        assert ("security" in document) is guarded, (method, rule)
        assert {"401", "403"} <= document["responses"].keys() or not guarded, (method, rule)
        given = f"{method} {rule}" in _GIVE_CREDENTIALS
        assert "401" not in document["responses"] or guarded or given, (method, rule)


def test_nothing_that_changes_anything_is_open_to_everybody() -> None:
    for operation, access in ACCESS.items():
        if not operation.startswith("GET ") and operation not in _TOKENLESS:
            assert access not in {Access.READ, Access.OPEN}, operation


def test_an_operation_without_an_entry_cannot_be_bound(gateway: MemoryGateway) -> None:
    known = gateway.operating.routes.operations()[0]
    unlisted = replace(known, rule="/v1/unlisted")
    with pytest.raises(UnlistedOperationError, match=f"{known.method} /v1/unlisted"):
        bind(type(gateway.app)("another"), [unlisted], gateway.guard, gateway.write_keys, gateway.auditing, 1)


def test_a_parameter_of_a_path_that_nothing_checks_cannot_be_bound(gateway: MemoryGateway) -> None:
    known = gateway.operating.routes.operations()[0]
    unchecked = replace(known, rule=f"{known.rule}/<unheard>")
    with pytest.raises(UncheckedParameterError, match="unheard"):
        bind(type(gateway.app)("another"), [unchecked], gateway.guard, gateway.write_keys, gateway.auditing, 1)
