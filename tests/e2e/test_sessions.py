"""A session is opened, played, and closed: over HTTP alone."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from tests.e2e.api import Answer, Api
from tests.e2e.checks import wait_until


@pytest.fixture
def board(api: Api) -> str:
    name = f"managed-{uuid4().hex[:12]}"
    assert api.send("PUT", f"/v1/boards/{name}", {"managed_sessions": True}).status == 201
    return name


def status(api: Api, submitted: Answer) -> tuple[str, str]:
    event = api.get(f"/v1/events/{submitted.body['event_id']}").body
    return event["status"], event.get("reason", "")


def test_what_is_submitted_until_closing_counts_and_what_comes_after_is_refused(api: Api, board: str) -> None:
    sessions = f"/v1/boards/{board}/sessions"
    assert api.send("POST", sessions, {"session": "cup", "game_type": "MULTIPLE_TRIALS", "capacity": 2}).status == 201
    assert api.get(f"{sessions}/current").body["session"] == "cup"
    before = api.submit(board, "ada", 7, session="cup")
    astray = api.submit(board, "bob", 9, session="no such one")
    nowhere = api.submit(board, "bob", 9)
    closed = api.send("POST", f"{sessions}/cup/close", {})
    assert (closed.status, closed.body["is_open"]) == (200, False)
    after = api.submit(board, "ada", 8, session="cup")
    assert {before.status, astray.status, nowhere.status, after.status} == {202}
    wait_until(lambda: status(api, after) == ("rejected", "session_closed"), 30, "the rejection after closing")
    wait_until(lambda: status(api, nowhere) == ("rejected", "session_missing"), 30, "the rejection without a session")
    wait_until(lambda: status(api, before)[0] == "recorded", 30, "the record")
    wait_until(
        lambda: [row["score"] for row in api.standings(board, session="cup")] == [7], 30, "the session's standings"
    )
    letters = api.send("GET", "/v1/dead-letters?queue=submissions", None).body["letters"]
    assert f"board '{board}' has no session 'no such one'" in {each["reason"] for each in letters}


def test_a_full_session_has_room_again_when_a_play_has_ended(api: Api, board: str) -> None:
    sessions = f"/v1/boards/{board}/sessions"
    api.send("POST", sessions, {"session": "duel", "game_type": "SINGLE_TRIAL", "capacity": 2})
    seats = f"{sessions}/duel/seats"
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: api.send("POST", seats, {"player": f"p-{n}"}).status, range(8)))
    assert (answers.count(201), answers.count(422)) == (2, 6)
    seated = [seat["player"] for seat in api.get(seats).body["seats"]]
    api.submit(board, seated[0], 1, session="duel", attributes={"lives": 0})
    wait_until(lambda: [seat["player"] for seat in api.get(seats).body["seats"]] == seated[1:], 30, "the free seat")
    assert api.send("POST", seats, {"player": seated[0]}).status == 422
    assert api.send("POST", seats, {"player": "late"}).status == 201
