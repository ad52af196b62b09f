"""Managers open and close sessions; everybody reads them."""

from datetime import timedelta
from typing import Any

import pytest

from ledgerboard_contracts import BoardOptions
from tests.unit.gateway.gateways import MemoryGateway

SESSIONS = "/v1/boards/race/sessions"
CUP = {"session": "cup final", "game_type": "MULTIPLE_TRIALS"}
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def managed(gateway: MemoryGateway) -> None:
    """The board 'race' manages its sessions."""
    gateway.record.define("race", BoardOptions(managed_sessions=True))


def problem(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.get_json()["type"].removeprefix("/docs/problems/")


def test_a_session_is_opened_told_and_closed_once(gateway: MemoryGateway) -> None:
    opened = gateway.post(SESSIONS, CUP)
    assert opened.status_code == 201
    assert opened.get_json() == CUP | {
        "board": "race", "capacity": 150, "minutes": None, "opened_at": "2026-11-21T12:00:00Z", "closed_at": None,
        "is_open": True, "seats_taken": 0,
    }  # fmt: skip
    assert gateway.get(f"{SESSIONS}/cup%20final").get_json() == opened.get_json()
    gateway.clock.advance(SECOND)
    closed = gateway.post(f"{SESSIONS}/cup final/close", {})
    assert (closed.status_code, closed.get_json()["closed_at"]) == (200, "2026-11-21T12:00:01Z")
    gateway.clock.advance(SECOND)
    assert gateway.post(f"{SESSIONS}/cup final/close", {}).get_json() == closed.get_json()


def test_opening_again_is_harmless_while_it_is_open_and_by_the_same_rules(gateway: MemoryGateway) -> None:
    first = gateway.post(SESSIONS, CUP).get_json()
    again = gateway.post(SESSIONS, CUP)
    assert (again.status_code, again.get_json()) == (200, first)
    assert problem(gateway.post(SESSIONS, CUP | {"capacity": 2})) == (409, "session-exists")
    gateway.post(f"{SESSIONS}/cup final/close", {})
    assert problem(gateway.post(SESSIONS, CUP)) == (409, "session-exists")


def test_a_session_without_a_name_gets_one_of_its_own(gateway: MemoryGateway) -> None:
    made = [gateway.post(SESSIONS, {"game_type": "SINGLE_TRIAL"}).get_json()["session"] for _ in range(2)]
    assert len(set(made)) == 2
    headers = {"Idempotency-Key": "k-1"}
    keyed = [
        gateway.write("POST", SESSIONS, {"game_type": "SINGLE_TRIAL"}, headers=headers).get_json() for _ in range(2)
    ]
    assert keyed[0] == keyed[1]


def test_a_session_with_minutes_says_when_it_will_close_and_does(gateway: MemoryGateway) -> None:
    opened = gateway.post(SESSIONS, {"session": "sprint", "game_type": "TIME_CONSTRAINED", "minutes": 5}).get_json()
    assert (opened["closed_at"], opened["is_open"]) == ("2026-11-21T12:05:00Z", True)
    gateway.clock.advance(timedelta(minutes=5))
    assert gateway.get(f"{SESSIONS}/sprint").get_json()["is_open"] is False
    assert problem(gateway.get(f"{SESSIONS}/current")) == (404, "unknown-session")


def test_the_current_session_is_the_newest_open_one_and_all_are_listed(gateway: MemoryGateway) -> None:
    for name in ("a", "b", "c"):
        gateway.post(SESSIONS, CUP | {"session": name})
        gateway.clock.advance(SECOND)
    gateway.post(f"{SESSIONS}/c/close", {})
    gateway.clock.advance(SECOND)
    assert gateway.get(f"{SESSIONS}/current").get_json()["session"] == "b"
    page = gateway.get(f"{SESSIONS}?limit=2").get_json()
    assert [each["session"] for each in page["sessions"]] == ["c", "b"]
    rest = gateway.get(page["next"]).get_json()
    assert ([each["session"] for each in rest["sessions"]], rest["next"]) == (["a"], None)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "game_type"),
        ({"game_type": "POKER"}, "game_type"),
        ({"game_type": "SINGLE_TRIAL", "minutes": 3}, "minutes"),
        ({"game_type": "TIME_CONSTRAINED"}, "minutes"),
        ({"game_type": "TIME_CONSTRAINED", "minutes": 31}, "minutes"),
        ({"game_type": "SINGLE_TRIAL", "capacity": 0}, "capacity"),
        ({"game_type": "SINGLE_TRIAL", "session": "current"}, "session"),
        ({"game_type": "SINGLE_TRIAL", "session": "a/b"}, "session"),
        ({"game_type": "SINGLE_TRIAL", "seats": 3}, "seats"),
    ],
)
def test_what_breaks_a_rule_opens_nothing(gateway: MemoryGateway, body: Any, field: str) -> None:
    answer = gateway.post(SESSIONS, body)
    assert problem(answer) == (400, "invalid-request")
    assert answer.get_json()["errors"][0]["field"] == field
    assert gateway.get(SESSIONS).get_json()["sessions"] == []


def test_boards_that_manage_no_sessions_open_none_and_unknown_ones_are_unknown(gateway: MemoryGateway) -> None:
    gateway.record.define("free", BoardOptions())
    assert problem(gateway.post("/v1/boards/free/sessions", CUP)) == (409, "unmanaged-sessions")
    assert problem(gateway.post("/v1/boards/nope/sessions", CUP)) == (404, "unknown-board")
    assert problem(gateway.get("/v1/boards/nope/sessions")) == (404, "unknown-board")
    assert gateway.get("/v1/boards/free/sessions").get_json()["sessions"] == []
    assert problem(gateway.get(f"{SESSIONS}/nope")) == (404, "unknown-session")
    assert problem(gateway.post(f"{SESSIONS}/nope/close", {})) == (404, "unknown-session")


def test_while_the_record_is_down_nobody_hears_of_an_empty_list(gateway: MemoryGateway) -> None:
    gateway.sessions.available = False
    for answer in (gateway.get(SESSIONS), gateway.get(f"{SESSIONS}/current"), gateway.post(SESSIONS, CUP)):
        assert problem(answer) == (503, "unavailable")
