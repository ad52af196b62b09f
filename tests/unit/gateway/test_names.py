"""A player says what they are called, and everybody reads exactly that."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from tests.unit.gateway.gateways import MemoryGateway

PATH = "/v1/players/ada/name"


def call(gateway: MemoryGateway, name: Any, credential: str | None = None) -> TestResponse:
    headers = {"Authorization": f"Bearer {credential}"} if credential else None
    return gateway.write("PUT", PATH, {"name": name}, headers=headers)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(said=st.text(min_size=1, max_size=50))
def test_what_is_answered_is_what_is_kept_and_what_is_shown(gateway: MemoryGateway, said: str) -> None:
    said = said.encode(errors="replace").decode()
    before = gateway.names.kept.get("ada")
    answer = call(gateway, said)
    assert answer.status_code in {200, 400}
    kept = gateway.names.kept.get("ada")
    assert kept == (answer.get_json()["name"] if answer.status_code == 200 else before)
    assert gateway.get(PATH).get_json() == {"player": "ada", "name": kept}


def test_a_page_of_names_keeps_its_order_and_tells_who_has_none(gateway: MemoryGateway) -> None:
    call(gateway, "  Ada L.  ")
    answer = gateway.client.post("/v1/players/names", json={"players": ["bob", "ada", "bob"]})
    nobody = {"player": "bob", "name": None}
    assert answer.get_json() == {"names": [nobody, {"player": "ada", "name": "Ada L."}, nobody]}
    assert gateway.client.post("/v1/players/names", json={"players": ["a"] * 101}).status_code == 400
    assert gateway.client.post("/v1/players/names", json={"players": ["a/b"]}).get_json()["errors"] == [
        {"field": "players[0]", "message": "a player's id must fit a URL path segment: no '/', not '.' or '..'"}
    ]


def test_a_banned_word_is_refused_without_telling_which(gateway: MemoryGateway) -> None:
    call(gateway, "Ada")
    answer = call(gateway, "The POTATO")
    assert answer.status_code == 422
    assert answer.get_json()["type"] == "/docs/problems/name-refused"
    assert [each["field"] for each in answer.get_json()["errors"]] == ["name"]
    assert "potato" not in answer.text.lower()
    assert gateway.names.kept == {"ada": "Ada"}
    assert call(gateway, "potatoes").status_code == 200


def test_nobody_registers_by_a_banned_word(gateway: MemoryGateway) -> None:
    body = {"username": "big_Potato", "password": "Sesame-0", "email": "ada@example.org"}
    answer = gateway.client.post("/users", json=body)
    assert (answer.status_code, answer.get_json()["errors"][0]["field"]) == (422, "username")
    assert "potato" not in answer.text.lower()
    assert gateway.client.post("/users", json=body | {"username": "potatoes"}).status_code == 201


def test_a_player_names_themself_and_nobody_else(gateway: MemoryGateway) -> None:
    ada, bob = (gateway.tokens.issue(each, "players") for each in ("ada", "bob"))
    assert call(gateway, "Ada", ada).status_code == 200
    assert call(gateway, "Bob was here", bob).status_code == 403
    of_bob = gateway.client.delete(PATH, headers={"Authorization": f"Bearer {bob}"})
    assert (of_bob.status_code, gateway.names.kept) == (403, {"ada": "Ada"})
    assert gateway.client.delete(PATH, headers={"Authorization": f"Bearer {ada}"}).get_json()["name"] is None
    assert gateway.names.kept == {}


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": 7}, {"name": "a", "more": 1}, {"name": "a" * 41}])
def test_a_body_that_is_no_name_is_refused_by_its_field(gateway: MemoryGateway, body: Any) -> None:
    answer = gateway.write("PUT", PATH, body)
    assert (answer.status_code, answer.get_json()["errors"][0]["field"]) in {(400, "name"), (400, "more")}


def test_an_outage_of_the_record_is_told(gateway: MemoryGateway) -> None:
    gateway.names.available = False
    assert gateway.get(PATH).status_code == 503


@pytest.mark.parametrize("board", [None, "chess"])
def test_who_is_banned_anywhere_says_no_name_nor_has_a_server_say_it_and_a_manager_does(
    gateway: MemoryGateway, board: str | None
) -> None:
    ada = gateway.tokens.issue("ada", "players")
    assert call(gateway, "Ada", ada).status_code == 200
    gateway.operating.ban("ada", board)
    for credential in (ada, gateway.keys.make("g", "submit", "players")):
        refused = call(gateway, "Queen", credential)
        assert (refused.status_code, refused.get_json()["type"]) == (403, "/docs/problems/player-banned")
    assert gateway.names.kept == {"ada": "Ada"}
    assert call(gateway, "Somebody", gateway.tokens.issue("mia", "managers")).status_code == 200
    assert gateway.write("DELETE", PATH, b"", headers={"Authorization": f"Bearer {ada}"}).status_code == 200
