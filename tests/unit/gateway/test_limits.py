"""Whoever asks for too much is told so, and when to come again; whoever does not, how much is left."""

from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from ledgerboard_gateway.http.access import ACCESS, Access
from tests.unit.gateway.gateways import MemoryGateway

SECOND = timedelta(seconds=1)
BURST = 100


def submit(gateway: MemoryGateway, credential: str, count: int | None = None, player: str = "ada") -> TestResponse:
    """One score, or so many in one request."""
    headers = {"Authorization": f"Bearer {credential}"}
    score = {"player": player, "score": 1}
    if count is None:
        return gateway.write("POST", "/v1/boards/chess/scores", score, headers=headers)
    scores = [{"board": "chess", **score}] * count
    return gateway.write("POST", "/v1/scores", {"scores": scores}, headers=headers)


@pytest.fixture
def ada(gateway: MemoryGateway) -> str:
    """A player's token."""
    gateway.record.ensure("chess")
    return gateway.tokens.issue("ada", "players")


def test_every_answer_to_a_player_tells_what_is_left(gateway: MemoryGateway, ada: str) -> None:
    answer = submit(gateway, ada)
    assert answer.status_code == 202
    assert answer.headers["RateLimit-Policy"] == '"player";q=100;w=5'
    assert answer.headers["RateLimit"] == '"player";r=99;t=1'


def test_a_player_who_submits_too_much_is_told_when_to_come_again(gateway: MemoryGateway, ada: str) -> None:
    assert submit(gateway, ada, BURST).get_json()["accepted"] == BURST
    answer = submit(gateway, ada)
    assert (answer.status_code, answer.get_json()["type"]) == (429, "/docs/problems/too-many-requests")
    assert (answer.headers["Retry-After"], answer.headers["RateLimit"]) == ("1", '"player";r=0;t=5')
    gateway.clock.advance(SECOND)
    assert submit(gateway, ada).status_code == 202


def test_each_score_of_a_bulk_request_counts_and_what_is_too_much_is_refused_alone(
    gateway: MemoryGateway, ada: str
) -> None:
    told = submit(gateway, ada, BURST + 5)
    answer = told.get_json()
    assert (told.status_code, answer["accepted"], answer["refused"]) == (202, BURST, 5)
    assert [each.get("type") for each in answer["results"][BURST:]] == ["/docs/problems/too-many-requests"] * 5
    again = submit(gateway, ada, 2)
    assert (again.status_code, again.headers["Retry-After"]) == (429, "1")


def test_what_no_board_could_take_uses_nothing_up(gateway: MemoryGateway, ada: str) -> None:
    body = {"scores": [{"board": "chess", "player": "ada", "score": "many"}] * BURST}
    assert gateway.write("POST", "/v1/scores", body, headers={"Authorization": f"Bearer {ada}"}).status_code == 400
    assert submit(gateway, ada, BURST).get_json()["accepted"] == BURST


def test_players_have_buckets_of_their_own(gateway: MemoryGateway, ada: str) -> None:
    bob = gateway.tokens.issue("bob", "players")
    submit(gateway, ada, BURST)
    assert submit(gateway, bob, player="bob").status_code == 202


def test_neither_the_root_key_nor_who_submits_for_others_is_limited_as_a_player(gateway: MemoryGateway) -> None:
    service = gateway.tokens.issue("ada", "players", "services")
    for credential in (gateway.authorization.removeprefix("Bearer "), service, gateway.keys.make("g", "submit")):
        answer = submit(gateway, credential, BURST + 1)
        assert (answer.get_json()["accepted"], "RateLimit" in answer.headers) == (BURST + 1, False)


def test_a_key_with_a_rate_of_its_own_is_held_to_it(gateway: MemoryGateway) -> None:
    gateway.record.ensure("chess")
    key = gateway.post("/v1/keys", {"name": "g", "scopes": ["submit"], "rate": 0.5}).get_json()["key"]
    for _ in range(4):
        assert submit(gateway, key, 250).get_json()["accepted"] == 250
    refused = submit(gateway, key)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "2")
    assert refused.headers["RateLimit-Policy"] == '"key";q=1000;w=2000'


def test_while_redis_is_down_each_process_limits_by_itself_and_counts_that(gateway: MemoryGateway, ada: str) -> None:
    submit(gateway, ada, BURST)
    gateway.buckets.available = False
    assert submit(gateway, ada, 7).get_json()["accepted"] == 7
    assert submit(gateway, ada, BURST).get_json()["accepted"] == BURST - 7
    assert submit(gateway, ada).status_code == 429
    counted = [
        gateway.metric("gateway_limited_total", policy="player", outcome=outcome)
        for outcome in ("let", "refused", "unasked")
    ]
    assert counted == [2 * BURST, 8, 7 + BURST + 1]


def test_a_players_bulk_of_other_players_scores_uses_their_limit_up(gateway: MemoryGateway, ada: str) -> None:
    foreign = submit(gateway, ada, BURST, player="bob")
    assert (foreign.status_code, foreign.get_json()["type"]) == (403, "/docs/problems/forbidden")
    assert submit(gateway, ada).status_code == 429


def test_one_score_of_another_player_uses_the_limit_up_too(gateway: MemoryGateway, ada: str) -> None:
    submit(gateway, ada, BURST - 1)
    assert submit(gateway, ada, player="bob").status_code == 403
    assert submit(gateway, ada, player="bob").status_code == 429
    assert submit(gateway, ada).status_code == 429


def login(gateway: MemoryGateway, username: str, address: str = "192.0.2.1") -> TestResponse:
    body: dict[str, Any] = {"username": username, "password": "Wrong-pass1"}
    return gateway.client.post("/login", json=body, environ_base={"REMOTE_ADDR": address})


def fields(answer: TestResponse) -> list[str]:
    return [error["field"] for error in answer.get_json()["errors"]]


def test_attempts_with_a_username_from_an_address_are_limited(gateway: MemoryGateway) -> None:
    answers = [login(gateway, "ada") for _ in range(12)]
    assert [each.status_code for each in answers] == [401] * 10 + [429] * 2
    assert answers[-1].headers["Retry-After"] == "6"
    assert fields(answers[-1]) == ["username"]
    assert login(gateway, "bob").status_code == 401


def test_who_tries_a_username_from_one_address_locks_its_owner_out_nowhere_else(gateway: MemoryGateway) -> None:
    for _ in range(60):
        login(gateway, "ada")
    assert login(gateway, "ada", "192.0.2.2").status_code == 401


def test_attempts_with_a_username_from_all_addresses_together_are_limited_too(gateway: MemoryGateway) -> None:
    answers = [login(gateway, "ada", f"192.0.2.{number}") for number in range(101)]
    assert [each.status_code for each in answers] == [401] * 100 + [429]
    assert fields(answers[-1]) == ["username"]
    assert login(gateway, "bob").status_code == 401


def test_a_username_in_another_case_is_the_same_users_and_has_no_attempts_of_its_own(gateway: MemoryGateway) -> None:
    for _ in range(10):
        login(gateway, "ada")
    assert [login(gateway, name).status_code for name in ("ADA", "aDa")] == [429, 429]


def test_attempts_stay_limited_while_redis_cannot_tell(gateway: MemoryGateway) -> None:
    gateway.buckets.available = False
    assert [login(gateway, "ada").status_code for _ in range(12)] == [401] * 10 + [429] * 2
    names = [login(gateway, f"u{number}").status_code for number in range(60)]
    assert names == [401] * 48 + [429] * 12
    gateway.clock.advance(timedelta(seconds=6))
    assert login(gateway, "ada").status_code == 401


def test_attempts_while_redis_could_tell_count_when_it_cannot(gateway: MemoryGateway) -> None:
    for _ in range(10):
        login(gateway, "ada")
    gateway.buckets.available = False
    assert login(gateway, "ada").status_code == 429


def test_attempts_from_an_address_are_limited_whomever_they_name(gateway: MemoryGateway) -> None:
    answers = [login(gateway, f"u{number}") for number in range(61)]
    assert [each.status_code for each in answers] == [401] * 60 + [429]
    assert fields(answers[-1]) == []
    assert login(gateway, "ada", "192.0.2.2").status_code == 401


def test_registrations_confirmations_and_refreshes_are_attempts_too(gateway: MemoryGateway) -> None:
    for number in range(60):
        login(gateway, f"u{number}")
    user = {"username": "eve", "password": "Right-pass1", "email": "eve@example.org"}
    where = {"environ_base": {"REMOTE_ADDR": "192.0.2.1"}}
    for path, body in (
        ("/users", user), ("/v1/users/eve/confirm", {"code": "1"}), ("/v1/refresh", {"refreshToken": "x"}),
    ):  # fmt: skip
        assert gateway.client.post(path, json=body, **where).status_code == 429, path


def test_whatever_is_limited_is_documented_so_and_nothing_else(gateway: MemoryGateway) -> None:
    paths = gateway.get("/openapi.json").get_json(force=True)["paths"]
    for entry, access in ACCESS.items():
        method, _, rule = entry.partition(" ")
        operation = paths.get(rule.replace("<", "{").replace(">", "}"), {}).get(method.lower())
        if operation is None:
            continue
        guarded = {Access.SUBMIT, Access.SELF, Access.PERSON, Access.READ}
        is_limited = access in guarded or (access is Access.OPEN and method != "GET")
        assert ("429" in operation["responses"]) is is_limited, entry
        if is_limited:
            headers = operation["responses"]["429"]["headers"]
            assert headers.keys() == {"Retry-After", "RateLimit", "RateLimit-Policy"}, entry
