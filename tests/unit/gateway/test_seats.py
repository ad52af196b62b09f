"""A player takes a seat of a session, once, and nobody else's."""

from datetime import timedelta
from typing import Any

import pytest

from ledgerboard_contracts import BoardOptions, GameType, SessionRules
from tests.unit.gateway.gateways import MemoryGateway
from tests.unit.gateway.test_sessions import problem

SEATS = "/v1/boards/race/sessions/cup/seats"


@pytest.fixture(autouse=True)
def cup(gateway: MemoryGateway) -> None:
    """The session 'cup' has two seats."""
    gateway.record.define("race", BoardOptions(managed_sessions=True))
    gateway.sessions.open("race", "cup", SessionRules(capacity=2))


def as_player(gateway: MemoryGateway, name: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {gateway.tokens.issue(name, 'players')}"}


def test_a_player_is_seated_and_a_repeat_is_the_same_answer(gateway: MemoryGateway) -> None:
    first = gateway.post(SEATS, {"player": "ada"})
    assert first.status_code == 201
    assert first.get_json() == {
        "board": "race", "session": "cup", "player": "ada", "seated_at": "2026-11-21T12:00:00Z",
    }  # fmt: skip
    gateway.clock.advance(timedelta(seconds=1))
    again = gateway.post(SEATS, {"player": "ada"})
    assert (again.status_code, again.get_json()) == (200, first.get_json())
    assert gateway.get("/v1/boards/race/sessions/cup").get_json()["seats_taken"] == 1


def test_a_full_session_seats_nobody_until_a_seat_is_free(gateway: MemoryGateway) -> None:
    for name in ("ada", "bob"):
        gateway.post(SEATS, {"player": name})
    assert problem(gateway.post(SEATS, {"player": "eve"})) == (422, "no-seats-available")
    for _ in range(2):
        freed = gateway.write("DELETE", f"{SEATS}/ada", b"")
        assert (freed.status_code, freed.get_json()["player"]) == (200, "ada")
    assert gateway.post(SEATS, {"player": "eve"}).status_code == 201
    page = gateway.get(f"{SEATS}?limit=1").get_json()
    assert [seat["player"] for seat in page["seats"]] == ["bob"]
    assert [seat["player"] for seat in gateway.get(page["next"]).get_json()["seats"]] == ["eve"]


def test_a_single_trial_has_no_second_one(gateway: MemoryGateway) -> None:
    gateway.sessions.open("race", "final", SessionRules(game_type=GameType.SINGLE_TRIAL))
    seats = "/v1/boards/race/sessions/final/seats"
    gateway.post(seats, {"player": "ada"})
    gateway.write("DELETE", f"{seats}/ada", b"")
    assert problem(gateway.post(seats, {"player": "ada"})) == (422, "player-cannot-play")


def test_closed_and_unknown_sessions_seat_nobody(gateway: MemoryGateway) -> None:
    gateway.sessions.close("race", "cup")
    assert problem(gateway.post(SEATS, {"player": "ada"})) == (409, "session-closed")
    unknown = "/v1/boards/race/sessions/nope/seats"
    assert problem(gateway.post(unknown, {"player": "ada"})) == (404, "unknown-session")
    assert problem(gateway.write("DELETE", f"{unknown}/ada", b"")) == (404, "unknown-session")
    assert problem(gateway.get(unknown)) == (404, "unknown-session")


def test_a_player_can_seat_and_free_only_themself_and_need_not_say_who_that_is(gateway: MemoryGateway) -> None:
    ada = as_player(gateway, "ada")
    assert gateway.write("POST", SEATS, {}, headers=ada).get_json()["player"] == "ada"
    gateway.post(SEATS, {"player": "bob"})
    assert problem(gateway.write("POST", SEATS, {"player": "eve"}, headers=ada)) == (403, "forbidden")
    assert problem(gateway.write("DELETE", f"{SEATS}/bob", b"", headers=ada)) == (403, "forbidden")
    assert gateway.write("DELETE", f"{SEATS}/ada", b"", headers=ada).status_code == 200
    assert [seat["player"] for seat in gateway.get(SEATS).get_json()["seats"]] == ["bob"]


@pytest.mark.parametrize("body", [{}, {"player": ""}, {"player": "a/b"}, {"player": "ada", "seat": 1}])
def test_whoever_may_seat_anybody_says_whom(gateway: MemoryGateway, body: Any) -> None:
    assert problem(gateway.post(SEATS, body)) == (400, "invalid-request")
