"""Managers make, list, rotate and revoke keys over HTTP, and a key opens what it is scoped to."""

from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from ledgerboard_gateway.access_settings import AccessSettings, Reads
from ledgerboard_gateway.http.access import ACCESS, OF_KEYS, Access
from ledgerboard_gateway.http.path_parameters import PATH_PARAMETERS
from ledgerboard_gateway.server import warn_of_write_key
from ledgerboard_testkit.events import fact
from tests.unit.gateway.gateways import KEY, MemoryGateway, running

SCORE = {"player": "ada", "score": 1}
BODY = {"name": "eu-1", "scopes": ["submit"], "boards": ["chess", "arena-*"], "rate": 0.5}


def make(gateway: MemoryGateway, **others: Any) -> dict[str, Any]:
    answer = gateway.post("/v1/keys", {"name": "eu-1", "scopes": ["submit"]} | others)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.get_json()
    return told


def send(gateway: MemoryGateway, credential: str, method: str, path: str, body: Any) -> TestResponse:
    return gateway.write(method, path, body, headers={"Authorization": f"Bearer {credential}"})


def submit(gateway: MemoryGateway, key: str, board: str = "chess") -> int:
    headers = {"Authorization": f"Bearer {key}"}
    return gateway.write("POST", f"/v1/boards/{board}/scores", SCORE, headers=headers).status_code


def test_a_key_is_told_once_and_may_be_kept_by_nobody(gateway: MemoryGateway) -> None:
    answer = gateway.post("/v1/keys", BODY)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (201, "no-store")
    told = answer.get_json()
    assert told["key"].startswith(f"lbk_{told['record']['key_id'].replace('-', '')}_")
    assert told["record"] | BODY == told["record"]
    assert told["record"]["created_by"] == "root"
    listed = gateway.write("GET", "/v1/keys", b"")
    assert listed.get_json() == {"keys": [told["record"]], "next": None}
    assert told["key"] not in listed.text
    assert not any("lbk_" in line for line in gateway.lines)


def test_a_key_opens_what_it_is_scoped_to(gateway: MemoryGateway) -> None:
    for board in ("chess", "arena-1", "poker"):
        gateway.record.ensure(board)
    key = make(gateway, boards=["chess", "arena-*"])["key"]
    assert [submit(gateway, key, board) for board in ("chess", "arena-1", "poker")] == [202, 202, 403]
    headers = {"Authorization": f"Bearer {key}"}
    assert gateway.write("GET", "/v1/keys", b"", headers=headers).status_code == 403
    manager = make(gateway, scopes=["admin"])["key"]
    made = gateway.write("POST", "/v1/keys", BODY, headers={"Authorization": f"Bearer {manager}"})
    assert made.get_json()["record"]["created_by"].startswith("key:")


def test_a_revoked_key_is_refused_and_revoking_is_safe_to_repeat(gateway: MemoryGateway) -> None:
    gateway.record.ensure("chess")
    told = make(gateway)
    assert submit(gateway, told["key"]) == 202
    where = f"/v1/keys/{told['record']['key_id']}"
    first = gateway.write("DELETE", where, b"")
    gateway.clock.advance(timedelta(hours=1))
    again = gateway.write("DELETE", where, b"")
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.get_json() == again.get_json()
    assert submit(gateway, told["key"]) == 401
    assert gateway.write("POST", f"{where}/rotate", {}).status_code == 404


def test_a_rotated_key_has_two_secrets_for_a_while(gateway: MemoryGateway) -> None:
    gateway.record.ensure("chess")
    told = make(gateway)
    where = f"/v1/keys/{told['record']['key_id']}/rotate"
    rotated = gateway.write("POST", where, {"overlap_seconds": 60})
    assert (rotated.status_code, rotated.headers["Cache-Control"]) == (200, "no-store")
    new = rotated.get_json()["key"]
    assert [submit(gateway, key) for key in (told["key"], new)] == [202, 202]
    gateway.clock.advance(timedelta(seconds=60))
    assert [submit(gateway, key) for key in (told["key"], new)] == [401, 202]
    newest = gateway.write("POST", where, {"overlap_seconds": 0}).get_json()["key"]
    assert [submit(gateway, key) for key in (new, newest)] == [401, 202]


def test_a_key_is_good_until_its_end(gateway: MemoryGateway) -> None:
    gateway.record.ensure("chess")
    end = gateway.clock.now() + timedelta(hours=1)
    told = make(gateway, expires_at=end.isoformat())
    assert submit(gateway, told["key"]) == 202
    gateway.clock.advance(timedelta(hours=1))
    assert submit(gateway, told["key"]) == 401


def test_pages_of_keys_lead_on(gateway: MemoryGateway) -> None:
    ids = [make(gateway)["record"]["key_id"] for _ in range(3)]
    first = gateway.write("GET", "/v1/keys?limit=2", b"").get_json()
    second = gateway.write("GET", first["next"], b"").get_json()
    assert [each["key_id"] for each in first["keys"] + second["keys"]] == sorted(ids, reverse=True)
    assert second["next"] is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"), ({"name": "a\nb"}, "name"), ({"scopes": []}, "scopes"),
        ({"scopes": ["root"]}, "scopes"), ({"boards": []}, "boards"), ({"boards": ["*"]}, "boards"),
        ({"boards": ["a*b"]}, "boards"), ({"scopes": ["players"]}, "boards"),
        ({"rate": -1}, "rate"), ({"expires_at": "2026-11-21T12:00:00Z"}, "expires_at"),
        ({"expires_at": "2036-11-21T12:00:00"}, "expires_at"), ({"owner": "me"}, "owner"),
    ],
)  # fmt: skip
def test_what_no_key_can_be_is_refused_by_its_field(gateway: MemoryGateway, change: dict[str, Any], field: str) -> None:
    answer = gateway.post("/v1/keys", BODY | change)
    assert answer.status_code == 400
    assert answer.get_json()["errors"][0]["field"].startswith(field)
    assert gateway.write("GET", "/v1/keys", b"").get_json()["keys"] == []


def test_what_is_no_key_is_not_found(gateway: MemoryGateway) -> None:
    unknown = "/v1/keys/019ab2f4-0c5e-7b3c-9d4e-2f6a8b1c3d5e"
    assert gateway.write("DELETE", unknown, b"").status_code == 404
    assert gateway.write("POST", f"{unknown}/rotate", {}).status_code == 404
    assert gateway.write("DELETE", "/v1/keys/nope", b"").status_code == 400


def names() -> dict[str, str]:
    return {name: str(known["example"]) for name, known in PATH_PARAMETERS.items()}


def path_of(rule: str) -> str:
    for name, example in names().items():
        rule = rule.replace(f"<{name}>", example)
    return rule


def test_beside_an_admin_key_the_write_key_makes_keys_and_opens_nothing_else() -> None:
    with running(Reads.CLOSED) as gateway:
        assert gateway.post("/v1/boards/chess/scores", SCORE).status_code == 202
        admin = make(gateway, scopes=["admin"])
        opened = set()
        for operation, access in ACCESS.items():
            method, _, rule = operation.partition(" ")
            if access is Access.OPEN:
                continue
            answer = gateway.write(method, path_of(rule), {})
            assert answer.status_code in {200, 201, 400, 403, 404}, (operation, answer.text)
            opened |= {operation} if answer.status_code != 403 else set()
        assert opened == OF_KEYS
        kept_page = {"HTTP_AUTHORIZATION": f"Bearer {KEY}", "PATH_INFO": "/chess", "REQUEST_METHOD": "GET"}
        assert not gateway.guard.reads_all(kept_page)
        assert send(gateway, admin["key"], "POST", "/v1/boards/chess/scores", SCORE).status_code == 202
        assert gateway.write("DELETE", f"/v1/keys/{admin['record']['key_id']}", b"").status_code == 200
        assert gateway.post("/v1/boards/chess/scores", SCORE).status_code == 403, "there was one, and it makes another"
        assert make(gateway, scopes=["admin"])["record"]["created_by"] == "root"


def test_beside_an_admin_key_the_write_key_gives_no_name_away(gateway: MemoryGateway) -> None:
    gateway.ledger.add("race", fact("ada", 7))
    make(gateway, scopes=["admin"])
    body = {"username": "ada", "password": "Sup3r-planted-word", "email": "ada@example.com"}
    assert gateway.post("/users", body).status_code == 409


def test_each_use_of_the_write_key_is_logged_and_the_key_is_not(gateway: MemoryGateway) -> None:
    with capture_logs() as logs:
        gateway.post("/v1/boards/chess/scores", SCORE)
        make(gateway)
        send(gateway, gateway.tokens.issue("mia", "managers"), "GET", "/v1/keys", b"")
    uses = [each for each in logs if each["event"] == "the write key was used"]
    assert [(each["log_level"], each["method"], each["path"]) for each in uses] == [
        ("warning", "POST", "/v1/boards/chess/scores"), ("warning", "POST", "/v1/keys"),
    ]  # fmt: skip
    assert KEY not in str(logs)


@pytest.mark.parametrize(
    ("settings", "warnings"),
    [
        (AccessSettings(), 0), (AccessSettings(root_key=KEY), 1),
        (AccessSettings(root_secret="ledgerboard/write-key"), 1),  # noqa: S106 -- the name of one.
    ],
)  # fmt: skip
def test_while_the_write_key_is_set_each_start_warns_of_it(settings: AccessSettings, warnings: int) -> None:
    with capture_logs() as logs:
        warn_of_write_key(settings)
    assert [each["log_level"] for each in logs] == ["warning"] * warnings
    assert KEY not in str(logs)


@pytest.mark.parametrize("scopes", [["admin"], ["submit", "admin"]])
def test_a_managers_token_makes_no_admin_key(gateway: MemoryGateway, scopes: list[str]) -> None:
    token, body = gateway.tokens.issue("mia", "managers"), {"name": "eu-1", "scopes": scopes}
    refused = send(gateway, token, "POST", "/v1/keys", body)
    assert (refused.status_code, refused.get_json()["errors"][0]["field"]) == (403, "scopes")
    admin = make(gateway, scopes=["admin"])["key"]
    assert send(gateway, admin, "POST", "/v1/keys", body).status_code == 201


def test_what_a_token_makes_ends_in_thirty_days_and_what_a_key_makes_does_not(gateway: MemoryGateway) -> None:
    token, body = gateway.tokens.issue("mia", "managers"), {"name": "eu-1", "scopes": ["submit"]}
    gateway.record.ensure("chess")
    told = send(gateway, token, "POST", "/v1/keys", body).get_json()
    assert told["record"]["expires_at"] == (gateway.clock.now() + timedelta(days=30)).isoformat().replace("+00:00", "Z")
    sooner = {"expires_at": (gateway.clock.now() + timedelta(days=1)).isoformat()}
    later = {"expires_at": (gateway.clock.now() + timedelta(days=31)).isoformat()}
    assert send(gateway, token, "POST", "/v1/keys", body | sooner).status_code == 201
    refused = send(gateway, token, "POST", "/v1/keys", body | later)
    assert (refused.status_code, refused.get_json()["errors"][0]["field"]) == (403, "expires_at")
    assert make(gateway)["record"]["expires_at"] is None
    gateway.clock.advance(timedelta(days=29))
    assert submit(gateway, told["key"]) == 202
    gateway.clock.advance(timedelta(days=1))
    assert submit(gateway, told["key"]) == 401


def test_a_token_learns_the_secret_of_no_key_but_those_that_it_made(gateway: MemoryGateway) -> None:
    mia, eve = gateway.tokens.issue("mia", "managers"), gateway.tokens.issue("eve", "managers")
    theirs = send(gateway, mia, "POST", "/v1/keys", {"name": "eu-1", "scopes": ["submit"]}).get_json()
    lasting, admin = make(gateway), make(gateway, scopes=["admin"])
    for record in (lasting["record"], admin["record"]):
        refused = send(gateway, mia, "POST", f"/v1/keys/{record['key_id']}/rotate", {})
        assert (refused.status_code, refused.get_json()["errors"][0]["field"]) == (403, "key_id")
    where = f"/v1/keys/{theirs['record']['key_id']}/rotate"
    assert send(gateway, eve, "POST", where, {}).status_code == 403
    rotated = send(gateway, mia, "POST", where, {}).get_json()
    assert rotated["record"]["expires_at"] == theirs["record"]["expires_at"]
    assert send(gateway, admin["key"], "POST", where, {}).status_code == 200


class TestMakersWhoAreManagersNoLonger:
    """What they made ends as soon as it is known; what others made goes on."""

    @pytest.fixture
    def key(self, gateway: MemoryGateway) -> str:
        gateway.record.ensure("chess")
        gateway.users.sign_up("mia", "x", "mia@example.com")
        gateway.users.join("mia", "managers")
        token = gateway.tokens.issue("mia", "managers")
        told = send(gateway, token, "POST", "/v1/keys", {"name": "eu-1", "scopes": ["submit"]}).get_json()
        gateway.clock.advance(timedelta(minutes=1))
        key: str = told["key"]
        return key

    def look(self, gateway: MemoryGateway) -> None:
        gateway.makers.look()
        gateway.server_keys.known.refresh()

    def test_while_the_pool_says_that_they_are_their_keys_go_on(self, gateway: MemoryGateway, key: str) -> None:
        self.look(gateway)
        assert submit(gateway, key) == 202

    @pytest.mark.parametrize("gone", ["group", "account"])
    def test_once_the_pool_says_otherwise_their_keys_end_and_no_others(
        self, gateway: MemoryGateway, key: str, gone: str
    ) -> None:
        other = make(gateway)["key"]
        gateway.users.accounts["mia"].groups.clear()
        if gone == "account":
            gateway.users.delete("mia")
        self.look(gateway)
        assert (submit(gateway, key), submit(gateway, other)) == (401, 202)

    def test_while_the_pool_is_down_their_keys_go_on(self, gateway: MemoryGateway, key: str) -> None:
        gateway.users.accounts["mia"].groups.clear()
        gateway.users.available = False
        self.look(gateway)
        assert submit(gateway, key) == 202

    def test_a_token_without_the_group_tells_it_too_where_it_is_newer_than_the_key(
        self, gateway: MemoryGateway, key: str
    ) -> None:
        send(gateway, gateway.tokens.issue("mia", "players"), "GET", "/v1/keys", b"")
        self.look(gateway)
        assert submit(gateway, key) == 401

    def test_a_token_from_before_they_were_a_manager_tells_nothing(self, gateway: MemoryGateway) -> None:
        gateway.record.ensure("chess")
        gateway.users.sign_up("mia", "x", "mia@example.com")
        gateway.users.join("mia", "managers")
        old = gateway.tokens.issue("mia", "players")
        gateway.clock.advance(timedelta(minutes=1))
        token = gateway.tokens.issue("mia", "managers")
        told = send(gateway, token, "POST", "/v1/keys", {"name": "eu-1", "scopes": ["submit"]}).get_json()
        send(gateway, old, "GET", "/v1/keys", b"")
        self.look(gateway)
        assert submit(gateway, told["key"]) == 202
