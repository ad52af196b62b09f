"""What a client learns from a refused credential: nothing but that it is refused."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from ledgerboard_gateway.access_settings import Reads
from ledgerboard_gateway.authentication import Authentication, Credentials, Identity
from ledgerboard_gateway.http.auth import Guard
from ledgerboard_gateway.http.hot_pages import HotPages
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.secrets import StaticKey
from ledgerboard_testkit.events import fact
from tests.unit.gateway.callers import NOBODY, everybody
from tests.unit.gateway.gateways import MemoryGateway, running
from tests.unit.gateway.hot_scene import Scene

if TYPE_CHECKING:
    from werkzeug.test import TestResponse


@pytest.fixture(scope="module")
def closed() -> Iterator[MemoryGateway]:
    with running(Reads.CLOSED) as made:
        made.record.ensure("race")
        yield made


def ask(gateway: MemoryGateway, path: str, authorization: str) -> "TestResponse":
    return gateway.client.get(path, headers={"Authorization": authorization} if authorization else {})


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE"])
def test_every_bad_credential_gets_the_very_same_answer(closed: MemoryGateway, method: str) -> None:
    known = everybody(closed)
    given = [f"Bearer {known[who]}" for who in NOBODY if known[who]]
    given += [
        "Bearer",
        "Basic YWRhOmFkYQ==",
        "Bearer lbk_unknown",
        "Bearer a b",
        known["player"],
        "\u00e9",
        "Bearer \u00e9",
    ]
    path = {"GET": "/v1/boards", "HEAD": "/v1/boards", "POST": "/v1/scores"}.get(method, "/v1/boards/race")
    answers = [closed.client.open(path, method=method, headers={"Authorization": each}) for each in given]
    told = {(each.status_code, each.data, each.headers["WWW-Authenticate"]) for each in answers}
    assert len(told) == 1
    (status, body, challenge) = told.pop()
    assert (status, challenge) == (401, 'Bearer realm="ledgerboard", error="invalid_token"')
    without = closed.client.open(path, method=method)
    assert (without.status_code, without.data) == (401, body)
    assert without.headers["WWW-Authenticate"] == 'Bearer realm="ledgerboard"'


def test_the_classic_routes_take_a_token_without_a_scheme_and_no_other_does(closed: MemoryGateway) -> None:
    token = closed.tokens.issue("ada", "players")
    for path in ("/users/ada", "/levels/1/scores", "/scores", "/scores/2026-11-21"):
        assert ask(closed, path, token).status_code not in {401, 403}, path
        assert ask(closed, path, f"bearer  {token}").status_code not in {401, 403}, path
        assert ask(closed, path, f"Basic {token}").status_code == 401, path
    for path in ("/v1/boards", "/users-and-others", "/race/ada"):
        assert ask(closed, path, token).status_code == 401, path


def test_a_request_is_authenticated_once(closed: MemoryGateway) -> None:
    closed.tokens.verified.clear()
    body = {"scores": [{"board": "race", "player": "ada", "score": each} for each in range(9)]}
    assert closed.write("POST", "/v1/scores", body, headers={"Authorization": "Bearer forged"}).status_code == 401
    assert closed.tokens.verified == ["forged"]


def test_credentials_are_not_looked_at_where_nothing_is_asked(gateway: MemoryGateway) -> None:
    assert ask(gateway, "/v1/boards", "Bearer forged").status_code == 200
    assert gateway.tokens.verified == []


def test_where_reads_are_closed_a_key_of_some_boards_reads_of_them_and_of_nothing_else(closed: MemoryGateway) -> None:
    key = closed.keys.make("held", "submit", boards=("race", "cup-*"))
    played = {board: fact("ada") for board in ("race", "chess")}
    for board, each in played.items():
        closed.record.ensure(board)
        closed.ledger.add(board, each)
    asked = {
        "/v1/boards/race": 200, "/v1/boards/chess": 403, "/race": 200, "/chess": 403, "/cup-7": 200,
        f"/v1/events/{played['race'].event_id}": 200, f"/v1/events/{played['chess'].event_id}": 403,
        "/v1/boards": 403, "/v1/players/ada/scores": 403, "/metrics": 403, "/scores": 403, "/healthz": 200,
    }  # fmt: skip
    assert {path: ask(closed, path, f"Bearer {key}").status_code for path in asked} == asked


class Nobody:
    """Keys and tokens whose store is down. ``asked`` counts the questions."""

    asked = 0

    def find(self, _key: str) -> Any:
        self.asked += 1
        raise UnavailableError("the record of keys is down")

    def verify(self, _token: str) -> Identity | None:
        self.asked += 1
        raise UnavailableError("the issuer is down")

    def has_admin(self) -> bool:
        raise UnavailableError("the record of keys is down")


def test_while_nobody_can_tell_nothing_is_let_in_and_nothing_is_refused_for_good(closed: MemoryGateway) -> None:
    nobody = Nobody()
    unknown = Credentials(root=StaticKey(""), keys=nobody, tokens=nobody, erased=closed.erased, makers=closed.makers)
    broken = Authentication(unknown, {}, closed.clock)
    intact, closed.guard._authentication = closed.guard._authentication, broken  # noqa: SLF001 -- an outage is not made otherwise.
    try:
        for credential in ("Bearer lbk_any", "Bearer token"):
            assert ask(closed, "/v1/boards", credential).status_code == 503
        assert ask(closed, "/v1/boards", "").status_code == 401
        assert not closed.guard.reads_all({"HTTP_AUTHORIZATION": "Bearer token", "PATH_INFO": "/race"})
    finally:
        closed.guard._authentication = intact  # noqa: SLF001 -- as above.


class TestKeptPages:
    """Pages that are kept are answered before Flask, so they ask the same guard."""

    def scene(self, gateway: MemoryGateway) -> Scene:
        made = Scene()
        known = gateway.guard._authentication  # noqa: SLF001 -- the gateway's own credentials.
        guard = Guard(known, gateway.limiting, reads_closed=True)
        made.pages = HotPages(made.application, made, made, guard, made.clock)
        return made

    def test_are_told_to_whom_every_board_is_open(self, gateway: MemoryGateway) -> None:
        scene = self.scene(gateway)
        good = f"Bearer {gateway.tokens.issue('ada', 'players')}"
        first, again = (scene.get(HTTP_AUTHORIZATION=good) for _ in range(2))
        assert (first.body, again.body, scene.asked) == (b"1 of 7", b"1 of 7", 1)

    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    def test_are_told_to_nobody_else_and_what_flask_tells_them_is_not_kept(
        self, gateway: MemoryGateway, method: str
    ) -> None:
        scene = self.scene(gateway)
        scene.get(HTTP_AUTHORIZATION=f"Bearer {gateway.tokens.issue('ada', 'players')}")
        held = gateway.keys.make("held", "read", boards=("chess",))
        scene.status = "401 UNAUTHORIZED"
        for authorization in ("", "Bearer forged", f"Bearer {held}", f"Bearer {gateway.tokens.issue('newcomer')}"):
            asked = scene.asked
            assert scene.get(method=method, HTTP_AUTHORIZATION=authorization).status == 401
            assert scene.asked == asked + 1
