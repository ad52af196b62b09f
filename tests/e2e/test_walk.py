"""A player's walk over HTTP alone: register, log in, record a game, and find it among the user's and the best."""

import json
from typing import Any, Final
from uuid import uuid4

import pytest
import urllib3

from ledgerboard_dev.stack import Stack
from tests.e2e.api import Answer, Api
from tests.e2e.checks import wait_until

PASSWORD: Final = "Correct-Horse-7"  # noqa: S105 -- a test's own.


class Walker:
    """Somebody with nothing but a name."""

    def __init__(self, stack: Stack) -> None:
        self.name = f"walker-{uuid4().hex[:12]}"
        self._base_url = stack.gateway_url
        self._pool = urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(connect=5, read=30))

    def post(self, path: str, body: Any, **headers: str) -> Answer:
        sent = self._pool.request(
            "POST",
            f"{self._base_url}{path}",
            body=json.dumps(body),
            headers={"Content-Type": "application/json", **headers},
        )
        return Answer(sent.status, json.loads(sent.data), dict(sent.headers))

    def register(self) -> Answer:
        return self.post("/users", {"username": self.name, "password": PASSWORD, "email": f"{self.name}@example.com"})

    def log_in(self, password: str = PASSWORD) -> Answer:
        return self.post("/login", {"username": self.name, "password": password})


@pytest.fixture
def walker(stack: Stack) -> Walker:
    return Walker(stack)


def test_a_player_registers_logs_in_plays_and_is_found(walker: Walker, api: Api) -> None:
    registered = walker.register()
    assert (registered.status, registered.body) == (201, {"username": walker.name})
    token = walker.log_in().body["idToken"]
    score = 2**50 + uuid4().int % 2**40  # Above whatever another test or an earlier run has left.
    played = walker.post(f"/users/{walker.name}", {"level": 84, "score": score}, Authorization=token)
    assert (played.status, played.body["username"], played.body["level"]) == (202, walker.name, 84)
    wait_until(lambda: bool(api.get(f"/users/{walker.name}").body["scores"]), 30, "the game is recorded")
    mine = api.get(f"/users/{walker.name}").body["scores"]
    assert [(row["game_id"], row["level"], row["score"]) for row in mine] == [(played.body["event_id"], "84", score)]
    assert mine[0]["gamedate"] == played.body["gamedate"]

    def found() -> bool:
        told = api.get("/scores", limit=100)
        return told.status == 200 and all(
            (walker.name, score) in [(row["username"], row["score"]) for row in told.body[which]]
            for which in ("overall", "monthly", "daily")
        )

    wait_until(found, 30, "the game is among the best")
    assert api.get("/levels/84/scores", limit=100).status == 200


def test_nobody_plays_for_another_or_with_what_is_no_token(walker: Walker) -> None:
    walker.register()
    told = walker.log_in().body
    body = {"level": 1, "score": 1}
    assert walker.post("/users/somebody-else", body, Authorization=told["idToken"]).status == 403
    mine = f"/users/{walker.name}"
    assert walker.post(mine, body).status == 401
    for wrong in (told["refreshToken"], told["idToken"][:-4] + "AAAA", "junk"):
        assert walker.post(mine, body, Authorization=wrong).status == 401


def test_a_name_is_given_once_and_a_password_must_be_known(walker: Walker) -> None:
    assert [walker.register().status for _ in range(2)] == [201, 409]
    wrong = walker.log_in("Wrong-Horse-7")
    unknown = walker.post("/login", {"username": "nobody-at-all", "password": PASSWORD})
    assert (wrong.status, wrong.body) == (unknown.status, unknown.body) == (401, wrong.body)


def test_a_refresh_token_brings_an_id_token_that_is_good(walker: Walker) -> None:
    walker.register()
    fresh = walker.post("/v1/refresh", {"refreshToken": walker.log_in().body["refreshToken"]})
    assert fresh.status == 200
    bearer = f"Bearer {fresh.body['idToken']}"
    assert walker.post(f"/users/{walker.name}", {"level": 1, "score": 1}, Authorization=bearer).status == 202
    assert walker.post(f"/v1/users/{walker.name}/sign-out", {}, Authorization=bearer).status == 200


def test_provisioning_again_makes_nothing_and_tells_no_secret(stack: Stack, walker: Walker) -> None:
    walker.register()
    runs = [stack.command("ledgerboard_gateway", "provision-identity") for _ in range(2)]
    assert [run.returncode for run in runs] == [0, 0], runs
    first, again = ({**json.loads(run.stdout.splitlines()[-1]), "timestamp": ""} for run in runs)
    assert first == again
    assert not {key for key in (stack.write_key, stack.admin_key) if key in runs[0].stdout + runs[0].stderr}
    assert walker.log_in().status == 200
