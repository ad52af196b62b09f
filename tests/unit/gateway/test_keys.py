"""Managers make, list, rotate and revoke keys over HTTP, and a key opens what it is scoped to."""

from datetime import timedelta
from typing import Any

import pytest

from tests.unit.gateway.gateways import MemoryGateway

SCORE = {"player": "ada", "score": 1}
BODY = {"name": "eu-1", "scopes": ["submit"], "boards": ["chess", "arena-*"], "rate": 0.5}


def make(gateway: MemoryGateway, **others: Any) -> dict[str, Any]:
    answer = gateway.post("/v1/keys", {"name": "eu-1", "scopes": ["submit"]} | others)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.get_json()
    return told


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
    key = make(gateway, boards=["chess", "arena-*"])["key"]
    assert [submit(gateway, key, board) for board in ("chess", "arena-1", "poker")] == [202, 202, 403]
    headers = {"Authorization": f"Bearer {key}"}
    assert gateway.write("GET", "/v1/keys", b"", headers=headers).status_code == 403
    manager = make(gateway, scopes=["admin"])["key"]
    made = gateway.write("POST", "/v1/keys", BODY, headers={"Authorization": f"Bearer {manager}"})
    assert made.get_json()["record"]["created_by"].startswith("key:")


def test_a_revoked_key_is_refused_and_revoking_is_safe_to_repeat(gateway: MemoryGateway) -> None:
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
        ({"boards": ["a*b"]}, "boards"),
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
