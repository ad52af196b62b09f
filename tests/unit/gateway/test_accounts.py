"""Registering and logging in, over HTTP, with a user pool in memory."""

from typing import Any

import pytest
from werkzeug.test import TestResponse

from ledgerboard_gateway.accounts import Accounts
from ledgerboard_gateway.http.account_routes import AccountRoutes
from ledgerboard_gateway.http.problems import ProblemError
from ledgerboard_infra.cognito_refusals import Refusal, RefusedByPoolError
from tests.unit.gateway.gateways import WORDS, MemoryGateway
from tests.unit.gateway.memory_users import CODE

PASSWORD = "Sup3r-planted-word"  # noqa: S105 -- a test's own.
OTHER = "An0ther-word"
ADA = {"username": "ada", "password": PASSWORD, "email": "ada@example.com"}


def send(gateway: MemoryGateway, path: str, body: Any, token: str = "") -> TestResponse:
    return gateway.write("POST", path, body, headers={"Authorization": token})


def register(gateway: MemoryGateway, **changed: Any) -> TestResponse:
    return send(gateway, "/users", ADA | changed)


def log_in(gateway: MemoryGateway, username: str = "ada", password: str = PASSWORD) -> TestResponse:
    return send(gateway, "/login", {"username": username, "password": password})


def test_who_registers_logs_in_and_submits(gateway: MemoryGateway) -> None:
    made = register(gateway)
    assert (made.status_code, made.get_json()) == (201, {"username": "ada"})
    told = log_in(gateway)
    assert told.status_code == 200
    assert set(told.get_json()) == {"idToken", "refreshToken", "expires_in"}
    assert told.headers["Cache-Control"] == "no-store"
    token = told.get_json()["idToken"]
    answer = send(gateway, "/users/ada", {"level": 84, "score": -3}, token)
    assert answer.status_code == 202
    assert answer.get_json() == {
        "event_id": answer.get_json()["event_id"], "username": "ada", "level": 84, "score": -3,
        "gamedate": "2026-11-21T12:00:00Z",
    }  # fmt: skip
    ((sent,),) = (envelope.submissions for envelope in gateway.queue.envelopes)
    assert (sent.board, sent.player, sent.level, sent.score) == ("games", "ada", "84", -3)
    assert send(gateway, "/users/eve", {"level": 84, "score": 1}, token).status_code == 403


def test_a_name_is_given_once(gateway: MemoryGateway) -> None:
    register(gateway)
    again = register(gateway, password=OTHER)
    assert (again.status_code, again.get_json()["type"]) == (409, "/docs/problems/user-exists")
    assert log_in(gateway, password=OTHER).status_code == 401


@pytest.mark.parametrize(
    ("password", "rule"),
    [("Sh0rt", "8"), ("al1lower", "upper"), ("AL1UPPER", "lower"), ("NoDigits", "digit"), ("1234567", "8")],
)
def test_a_password_that_breaks_a_rule_is_refused_by_that_rule(
    gateway: MemoryGateway, password: str, rule: str
) -> None:
    answer = register(gateway, password=password)
    (error,) = answer.get_json()["errors"]
    assert (answer.status_code, error["field"]) == (400, "password")
    assert rule in error["message"]
    assert password not in answer.text
    assert gateway.users.accounts == {}


@pytest.mark.parametrize("name", ["", "a|b", "a b", "x" * 51, "a\x00b", "a\tb", "a/b", "..", "a\u2028b", "\u00a0a"])
def test_a_name_that_could_not_be_a_players_is_refused(gateway: MemoryGateway, name: str) -> None:
    answer = register(gateway, username=name)
    assert (answer.status_code, answer.get_json()["errors"][0]["field"]) == (400, "username")


@pytest.mark.parametrize(
    "name",
    [
        # What no display name may hold.
        "a\u202eda", "a\u200bda", "a\u00adda", "a\u2060da", "ada\ufe0f", "\u0301ada", "a\u3164", "\ue000",
        "\u0430da", "p\u0430ypal", "ad\u03b1",  # Letters of two scripts.
        "Zoe\u0308", "\uff41da", "ﬁ",  # Other forms of what has a plain one.
    ],
)  # fmt: skip
def test_a_name_that_may_pass_for_another_is_refused_though_the_pool_would_take_it(
    gateway: MemoryGateway, name: str
) -> None:
    answer = register(gateway, username=name)
    assert (answer.status_code, answer.get_json()["errors"][0]["field"]) == (400, "username")
    assert gateway.users.accounts == {}


def test_a_name_may_have_50_characters_of_any_script(gateway: MemoryGateway) -> None:
    assert register(gateway, username="é" * 50).status_code == 201
    assert register(gateway, username="x" * 50).status_code == 201
    for name in ("李小龍", "Владимир", "さくらサクラ", "김철수", "हिन्दी"):
        assert register(gateway, username=name).status_code == 201, name


@pytest.mark.parametrize("email", ["", "ada", "@", "a@", "a b@c", "a@b\n", None, 7, "x" * 300 + "@c"])
def test_an_address_must_look_like_one(gateway: MemoryGateway, email: object) -> None:
    answer = register(gateway, email=email)
    assert (answer.status_code, answer.get_json()["errors"][0]["field"]) == (400, "email")


def test_a_wrong_password_and_an_unknown_user_are_the_same_answer(gateway: MemoryGateway) -> None:
    register(gateway)
    wrong, unknown = log_in(gateway, password=OTHER), log_in(gateway, "nobody")
    assert wrong.status_code == 401
    assert (wrong.get_json(), wrong.headers["WWW-Authenticate"]) == (
        unknown.get_json(),
        unknown.headers["WWW-Authenticate"],
    )


def test_a_refresh_token_brings_id_tokens_until_its_user_signs_out(gateway: MemoryGateway) -> None:
    register(gateway)
    told = log_in(gateway).get_json()
    fresh = send(gateway, "/v1/refresh", {"refreshToken": told["refreshToken"]})
    assert (fresh.status_code, fresh.get_json()["refreshToken"]) == (200, None)
    mine = f"Bearer {fresh.get_json()['idToken']}"
    assert send(gateway, "/v1/users/eve/sign-out", {}, mine).status_code == 403
    assert send(gateway, "/v1/users/ada/sign-out", {}, mine).status_code == 200
    assert send(gateway, "/v1/refresh", {"refreshToken": told["refreshToken"]}).status_code == 401
    assert send(gateway, "/v1/users/nobody/sign-out", {}, gateway.authorization).status_code == 404


@pytest.mark.parametrize("step", ["join", "confirm_at_once"])
def test_a_registration_that_died_half_way_is_finished_at_login(gateway: MemoryGateway, step: str) -> None:
    gateway.users.dies_at = step
    assert register(gateway).status_code == 503
    gateway.users.available = True
    assert log_in(gateway, password=OTHER).status_code == 401
    token = log_in(gateway).get_json()["idToken"]
    assert send(gateway, "/users/ada", {"level": 1, "score": 1}, token).status_code == 202


@pytest.mark.parametrize(("path", "body"), [("/users", ADA), ("/login", {"username": "ada", "password": PASSWORD})])
def test_without_the_identity_provider_it_is_a_503_and_everything_else_goes_on(
    gateway: MemoryGateway, path: str, body: Any
) -> None:
    gateway.users.available = False
    answer = send(gateway, path, body)
    assert (answer.status_code, answer.get_json()["type"]) == (503, "/docs/problems/unavailable")
    assert "Retry-After" in answer.headers
    assert gateway.post("/v1/boards/race/scores", {"player": "ada", "score": 1}).status_code == 202


@pytest.mark.parametrize("body", [{"level": "84", "score": 1}, {"level": 1.5, "score": 1}, {"level": -1, "score": 1}])
def test_a_level_is_a_number(gateway: MemoryGateway, body: Any) -> None:
    answer = send(gateway, "/users/ada", body, gateway.authorization)
    assert (answer.status_code, answer.get_json()["errors"][0]["field"]) == (400, "level")


def test_passwords_and_tokens_are_in_no_line_no_message_and_no_error(
    gateway: MemoryGateway, capsys: pytest.CaptureFixture[str]
) -> None:
    bodies = [ADA, ADA, ADA | {"password": 7}, ADA | {"extra": 1}, {"username": "ada", "password": PASSWORD}]
    answers = [send(gateway, path, body).text for path in ("/users", "/login", "/v1/refresh") for body in bodies]
    answers += [send(gateway, "/users", b'{"password": "' + PASSWORD.encode()).text]
    told = log_in(gateway).get_json()
    gateway.users.available = False
    answers += [register(gateway).text, log_in(gateway).text]
    answers += [send(gateway, "/v1/refresh", {"refreshToken": told["refreshToken"]}).text]
    said = "".join([*gateway.lines, *answers, *capsys.readouterr(), *(each.body for each in gateway.queue.sent)])
    for secret in (PASSWORD, told["idToken"], told["refreshToken"]):
        assert secret not in said


def test_where_a_code_confirms_nobody_logs_in_before(gateway: MemoryGateway) -> None:
    accounts = Accounts(gateway.users, gateway.ledger, "players", auto_confirm=False, calls=1)
    accounts.register("ada", PASSWORD, "ada@example.com", may_have_played=False)
    body = {"username": "ada", "password": PASSWORD}
    with gateway.app.test_request_context("/login", method="POST", json=body), pytest.raises(ProblemError) as refused:
        AccountRoutes(accounts, gateway.limiting, WORDS).post_login()
    assert (refused.value.document.status, refused.value.document.title) == (403, "UserNotConfirmed")
    for name, code in (("ada", "000000"), ("nobody", CODE)):
        with pytest.raises(RefusedByPoolError) as wrong:
            accounts.confirm(name, code)
        assert wrong.value.refusal is Refusal.CODE
    accounts.confirm("ada", CODE)
    assert accounts.log_in("ada", PASSWORD).id_token


def test_without_a_pool_nobody_registers(gateway: MemoryGateway) -> None:
    with gateway.app.test_request_context("/users", method="POST", json=ADA), pytest.raises(ProblemError) as refused:
        AccountRoutes(None, gateway.limiting, WORDS).post_user()
    assert refused.value.document.status == 404
