"""Every write is told of: who, what, when, from where, before and after. Scores are in the log alone."""

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from ledgerboard_gateway.http.access import ACCESS, AUDITED_AFTERWARDS, WRITES, Access
from ledgerboard_gateway.http.auditing import MOST_BYTES
from ledgerboard_gateway.http.path_parameters import PATH_PARAMETERS
from ledgerboard_ledger import AuditEntry
from ledgerboard_testkit.events import fact
from tests.unit.gateway.gateways import CLASSIC, KEY, MemoryGateway, running
from tests.unit.gateway.test_access import about_ada, operations

ADDRESS = "192.0.2.7"
WHY = {"reason": "ada is a bot, surely"}


@pytest.fixture
def manager(gateway: MemoryGateway) -> str:
    return gateway.tokens.issue("mia", "managers")


def send(
    gateway: MemoryGateway, credential: str, method: str, path: str, body: Any = None, **headers: str
) -> TestResponse:
    gateway.clock.advance(timedelta(milliseconds=10))  # Ids tell the millisecond.
    given = {"Authorization": f"Bearer {credential}"} if credential else {}
    return gateway.client.open(
        path, method=method, json=body, headers=given | headers, environ_base={"REMOTE_ADDR": ADDRESS}
    )


def entries(gateway: MemoryGateway) -> list[AuditEntry]:
    """Oldest first."""
    return sorted(gateway.audit.kept.values(), key=lambda each: each.audit_id)


def last(gateway: MemoryGateway) -> AuditEntry:
    return entries(gateway)[-1]


def test_an_entry_tells_who_what_when_from_where_before_and_after(gateway: MemoryGateway, manager: str) -> None:
    first = send(gateway, manager, "PUT", "/v1/boards/race", {"order": "asc"})
    again = send(gateway, manager, "PUT", "/v1/boards/race", {"order": "desc"}, **{"X-Request-ID": "r-7"})
    assert (first.status_code, again.status_code) == (201, 200)
    made, changed = entries(gateway)
    assert (made.status, made.before, made.after) == (201, None, first.get_json())
    assert (changed.principal, changed.address, changed.occurred_at) == ("player:mia", ADDRESS, gateway.clock.now())
    assert (changed.operation, changed.target) == ("PUT /v1/boards/<board>", {"board": "race"})
    assert (changed.request_id, changed.status) == ("r-7", 200)
    assert (changed.before, changed.after) == (first.get_json(), again.get_json())
    assert changed.players == ("mia",)


def bodies(gateway: MemoryGateway) -> Iterator[tuple[str, str, Any]]:
    """Every write of the document, with a body that it takes, about the player ada and the board race."""
    names = {name: str(known["example"]) for name, known in PATH_PARAMETERS.items()}
    names |= {"board": "race", "player": "ada", "username": "ada", "leaderboard": "race", "name": "ada"}
    for method, rule, document in operations(gateway):
        content: Mapping[str, Any] = document.get("requestBody", {}).get("content", {}).get("application/json", {})
        path = rule
        for name, text in names.items():
            path = path.replace(f"<{name}>", text)
        if method in WRITES:
            yield f"{method} {rule}", path, about_ada(content.get("example", {}))


def test_every_write_is_in_the_log_and_every_one_but_scores_in_the_audit(gateway: MemoryGateway, manager: str) -> None:
    for board in ("race", CLASSIC.games):
        gateway.record.ensure(board)
    gateway.ledger.add("race", fact("ada"))
    for operation, path, body in bodies(gateway):
        gateway.audit.kept.clear()
        gateway.lines.clear()
        answer = send(gateway, manager, operation.partition(" ")[0], path, body)
        (line,) = (json.loads(each) for each in gateway.lines)
        assert line["address"] == ADDRESS, operation
        access = ACCESS[operation]
        if access is not Access.OPEN and access is not Access.READ:
            assert line["principal"] == "player:mia", operation
        is_told = access in {Access.SELF, Access.PERSON, Access.MANAGE} or operation in AUDITED_AFTERWARDS
        told = [(each.operation, each.status, each.principal) for each in entries(gateway)]
        is_done = answer.status_code < 400
        expected = [(operation, answer.status_code, "player:mia")] if is_told and is_done else []
        assert told == expected, (operation, answer.status_code, answer.text)


def test_a_write_of_nobody_known_is_told_of_as_such(gateway: MemoryGateway) -> None:
    body = {"username": "eve", "password": "Sup3r-planted-word", "email": "eve@example.com"}
    assert send(gateway, "", "POST", "/users", body).status_code == 201
    assert send(gateway, "", "POST", "/users", body).status_code == 409
    (entry,) = entries(gateway)
    assert (entry.principal, entry.address, entry.operation) == ("anonymous", ADDRESS, "POST /users")
    assert (entry.after, entry.players) == ({"username": "eve"}, ("eve",))
    lines = [json.loads(each) for each in gateway.lines]
    assert [each["principal"] for each in lines] == ["anonymous"] * 2
    assert "planted" not in str(entries(gateway)) + "".join(gateway.lines)


def test_scores_are_told_of_in_the_log_with_their_events_and_who_sent_them(gateway: MemoryGateway) -> None:
    gateway.record.ensure("race")
    key = gateway.keys.make("k1", "submit")
    for credential in (key, gateway.tokens.issue("ada", "players")):
        answer = send(gateway, credential, "POST", "/v1/boards/race/scores", {"player": "ada", "score": 1})
        line = json.loads(gateway.lines[-1])
        assert line["event_ids"] == [answer.get_json()["event_id"]]
        assert line["principal"] in {"key:k1", "player:ada"}
    assert entries(gateway) == []


def test_a_board_that_a_score_made_is_told_of(gateway: MemoryGateway) -> None:
    key = gateway.keys.make("k1", "submit", "boards")
    scores = [{"board": board, "player": "ada", "score": 1} for board in ("fresh", "fresh", "other")]
    assert send(gateway, key, "POST", "/v1/scores", {"scores": scores}).status_code == 202
    assert {(each.principal, each.operation, each.target["board"], each.before) for each in entries(gateway)} == {
        ("key:k1", "POST /v1/scores", board, None) for board in ("fresh", "other")
    }
    assert {each.after["version"] for each in entries(gateway)} == {1}
    send(gateway, key, "POST", "/v1/scores", {"scores": scores})
    assert len(entries(gateway)) == 2


def test_neither_a_secret_nor_a_reason_is_kept(gateway: MemoryGateway, manager: str) -> None:
    gateway.record.ensure("race")
    told = send(gateway, manager, "POST", "/v1/keys", {"name": "eu-1", "scopes": ["submit"]}).get_json()
    made = last(gateway)
    assert made.after == {"record": told["record"]}
    where = f"/v1/keys/{told['record']['key_id']}"
    rotated = send(gateway, manager, "POST", f"{where}/rotate", {}).get_json()
    assert (last(gateway).before, last(gateway).after) == (told["record"], {"record": rotated["record"]})
    send(gateway, manager, "DELETE", where)
    assert (last(gateway).before, last(gateway).after["revoked_at"] is None) == (rotated["record"], False)
    send(gateway, manager, "POST", "/v1/boards/race/rebuild", WHY)
    send(gateway, manager, "POST", "/v1/players/ada/ban", WHY)
    kept = str(entries(gateway))
    assert not {secret for secret in (told["key"], rotated["key"], "surely", KEY, manager) if secret in kept}
    assert last(gateway).players == ("ada", "mia")


def test_hooks_names_sessions_and_dead_letters_tell_how_they_were_before(gateway: MemoryGateway, manager: str) -> None:
    hook = {"url": "https://prizes.example/", "events": ["season.closed"], "secret": "prizes"}
    send(gateway, manager, "PUT", "/v1/hooks/prizes", hook)
    send(gateway, manager, "DELETE", "/v1/hooks/prizes")
    assert (last(gateway).before, last(gateway).after) == ({"hook": "prizes"} | hook, {"hooks": []})
    send(gateway, manager, "PUT", "/v1/players/ada/name", {"name": "Ada"})
    send(gateway, manager, "PUT", "/v1/players/ada/name", {"name": "Queen"})
    assert (last(gateway).before["name"], last(gateway).after["name"]) == ("Ada", "Queen")
    send(gateway, manager, "PUT", "/v1/boards/race", {"managed_sessions": True})
    session = {"session": "cup", "game_type": "SINGLE_TRIAL"}
    opened = send(gateway, manager, "POST", "/v1/boards/race/sessions", session).get_json()
    assert (last(gateway).before, last(gateway).after) == (None, opened)
    closed = send(gateway, manager, "POST", "/v1/boards/race/sessions/cup/close").get_json()
    assert (last(gateway).before, last(gateway).after) == (opened, closed)
    letter = gateway.operating.dead["rank"].put("about ada")
    send(gateway, manager, "POST", "/v1/dead-letters/rank/discard", {"message_ids": [letter]})
    (before,) = last(gateway).before
    assert (before["message_id"], before["size_bytes"], last(gateway).after["done"]) == (letter, 9, [letter])
    assert "about" not in str(last(gateway))
    send(gateway, manager, "DELETE", "/v1/boards/race?reason=over")
    assert last(gateway).before["managed_sessions"] is True


def test_a_write_that_cannot_be_told_of_is_not_done(gateway: MemoryGateway, manager: str) -> None:
    gateway.audit.available = False
    assert send(gateway, manager, "PUT", "/v1/boards/race", {}).status_code == 503
    assert send(gateway, manager, "POST", "/v1/players/ada/ban", WHY).status_code == 503
    assert gateway.record.current("race") is None
    assert gateway.queue.sent == []


def test_a_score_is_accepted_though_the_board_that_it_makes_cannot_be_told_of(gateway: MemoryGateway) -> None:
    gateway.audit.available = False
    with capture_logs() as logs:
        body = {"player": "ada", "score": 1}
        key = gateway.keys.make("k1", "submit", "boards")
        assert send(gateway, key, "POST", "/v1/boards/fresh/scores", body).status_code == 202
    (told,) = [each for each in logs if each["event"] == "a write is not in the audit"]
    assert (told["principal"], told["address"], told["target"]) == ("key:k1", ADDRESS, {"board": "fresh"})


def test_what_fails_half_way_is_told_of_with_its_status(gateway: MemoryGateway, manager: str) -> None:
    gateway.queue.available = False
    assert send(gateway, manager, "POST", "/v1/players/ada/ban", WHY).status_code == 503
    (entry,) = entries(gateway)
    assert (entry.status, entry.target, entry.players) == (503, {"player": "ada"}, ("ada", "mia"))


def test_what_is_answered_again_is_told_of_once(gateway: MemoryGateway, manager: str) -> None:
    for _ in range(2):
        send(gateway, manager, "PUT", "/v1/boards/race", {}, **{"Idempotency-Key": "k"})
    assert len(entries(gateway)) == 1


def test_what_is_too_large_is_left_out(gateway: MemoryGateway, manager: str) -> None:
    hook = {"url": f"https://prizes.example/{'x' * 470}", "events": ["season.closed"], "secret": "prizes"}
    for number in range(130):
        assert send(gateway, manager, "PUT", f"/v1/hooks/h-{number}", hook).status_code == 201
    answer = send(gateway, manager, "DELETE", "/v1/hooks/h-7")
    assert len(answer.data) > MOST_BYTES
    assert last(gateway).before == {"hook": "h-7"} | hook
    assert last(gateway).after == {"left_out": "too large to be kept"}


def test_managers_read_it_page_by_page_and_nobody_else_does(gateway: MemoryGateway, manager: str) -> None:
    for board in ("a", "b", "c"):
        send(gateway, manager, "PUT", f"/v1/boards/{board}", {})
    send(gateway, gateway.keys.make("k1", "admin"), "PUT", "/v1/boards/d", {})
    first = send(gateway, manager, "GET", "/v1/audit?principal=player:mia&limit=2").get_json()
    rest = send(gateway, manager, "GET", first["next"]).get_json()
    told = [*first["entries"], *rest["entries"]]
    assert [each["target"] for each in told] == [{"board": "c"}, {"board": "b"}, {"board": "a"}]
    assert (rest["next"], told[0]["after"]["board"]) == (None, "c")
    only = send(gateway, manager, "GET", "/v1/audit?operation=PUT /v1/boards/<board>").get_json()["entries"]
    assert [each["principal"] for each in only] == ["key:k1", *["player:mia"] * 3]
    assert send(gateway, gateway.tokens.issue("ada", "players"), "GET", "/v1/audit").status_code == 403
    gateway.audit.available = False
    assert send(gateway, manager, "GET", "/v1/audit").status_code == 503


def test_an_address_behind_a_trusted_proxy_is_the_clients() -> None:
    with running() as gateway:
        gateway.addresses.__init__(["10.0.0.0/8"])  # type: ignore[misc]  # As a deployment would set it.
        headers = {"Authorization": f"Bearer {KEY}", "X-Forwarded-For": "203.0.113.9, 2001:db8::7"}
        gateway.client.put("/v1/boards/race", json={}, headers=headers, environ_base={"REMOTE_ADDR": "10.0.0.1"})
        assert last(gateway).address == "2001:db8::7"
        assert json.loads(gateway.lines[-1])["address"] == "2001:db8::7"
