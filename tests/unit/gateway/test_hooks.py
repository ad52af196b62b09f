"""Hooks are kept by operators, by https, and never with a secret in them."""

from typing import Any

import pytest

from tests.unit.gateway.closing_memory import DELIVERY_ID
from tests.unit.gateway.gateways import MemoryGateway

BODY: dict[str, Any] = {"url": "https://game.example/prizes", "events": ["season.closed"], "secret": "prizes"}


def test_a_hook_is_kept_replaced_listed_and_forgotten(gateway: MemoryGateway) -> None:
    assert gateway.write("PUT", "/v1/hooks/prizes", BODY).status_code == 201
    again = gateway.write("PUT", "/v1/hooks/prizes", BODY | {"events": ["day.closed", "day.closed"]})
    assert (again.status_code, again.get_json()["events"]) == (200, ["day.closed"])
    assert [each["hook"] for each in gateway.write("GET", "/v1/hooks", b"").get_json()["hooks"]] == ["prizes"]
    assert gateway.write("DELETE", "/v1/hooks/prizes", b"").get_json() == {"hooks": []}
    assert gateway.write("DELETE", "/v1/hooks/prizes", b"").status_code == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"url": "http://game.example/prizes"}, "url"), ({"url": "ftp://game.example"}, "url"),
        ({"url": "https://"}, "url"), ({"url": "https://user:password@game.example"}, "url"),
        ({"url": "https://game.example/a b"}, "url"), ({"url": "https://game.example:0/"}, "url"),
        ({"url": "https://game.example:99999/"}, "url"), ({"url": "https://[::1/"}, "url"),
        ({"url": "https://game.example/" + "a" * 500}, "url"), ({"secret": "../prizes"}, "secret"),
        ({"secret": ""}, "secret"), ({"events": []}, "events"), ({"events": ["score.submitted"]}, "events[0]"),
        ({"key": "s3cret"}, "key"), ({"url": "https://169.254.169.254/latest"}, "url"),
        ({"url": "https://LOCALHOST/"}, "url"), ({"url": "https://[::ffff:10.0.0.1]/"}, "url"),
    ],
)  # fmt: skip
def test_a_hook_that_breaks_a_rule_is_refused_by_its_field(
    gateway: MemoryGateway, change: dict[str, Any], field: str
) -> None:
    answer = gateway.write("PUT", "/v1/hooks/prizes", BODY | change)
    assert (answer.status_code, answer.get_json(force=True)["errors"][0]["field"]) == (400, field)
    assert gateway.closed.hooks.kept == {}


def test_a_hook_of_a_bad_name_is_refused(gateway: MemoryGateway) -> None:
    assert gateway.write("PUT", "/v1/hooks/Prizes", BODY).get_json(force=True)["errors"][0]["field"] == "hook"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/hooks"), ("PUT", "/v1/hooks/a"), ("DELETE", "/v1/hooks/a"), ("GET", "/v1/deliveries"),
        ("POST", f"/v1/deliveries/{DELIVERY_ID}/replay"),
    ],
)  # fmt: skip
def test_nothing_of_hooks_is_for_everybody(gateway: MemoryGateway, method: str, path: str) -> None:
    assert gateway.client.open(path, method=method).status_code == 401


def test_a_dead_delivery_is_listed_and_replayed(gateway: MemoryGateway) -> None:
    dead = gateway.write("GET", "/v1/deliveries?state=dead&limit=1", b"").get_json()
    [item] = dead["deliveries"]
    assert (item["state"], item["outcome"]) == ("dead", "answered 500")
    assert gateway.write("GET", dead["next"], b"").get_json() == {"deliveries": [], "next": None}
    assert gateway.write("GET", "/v1/deliveries?state=pending", b"").get_json()["deliveries"] == []
    replayed = gateway.write("POST", f"/v1/deliveries/{item['delivery_id']}/replay", b"")
    assert (replayed.status_code, gateway.closed.outbox.replayed) == (202, [DELIVERY_ID])
    assert gateway.write("POST", "/v1/deliveries/nope/replay", b"").status_code == 400
    other = "019ab2f4-0c5e-7b3c-9d4e-2f6a8b1c3d5f"
    assert gateway.write("POST", f"/v1/deliveries/{other}/replay", b"").status_code == 404
