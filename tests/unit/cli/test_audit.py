"""The audit on the command line: a line for each write, page after page until there are enough."""

import json
from typing import Any

import pytest

from ledgerboard_cli.arguments import parser
from ledgerboard_cli.commands import run
from tests.unit.cli.canned import CannedTransport, gateway_over


def entry(number: int, **others: Any) -> dict[str, Any]:
    return {
        "audit_id": f"a-{number}", "occurred_at": f"T{number}", "principal": "player:mia", "address": "192.0.2.7",
        "operation": "PUT /v1/hooks/<hook>", "target": {"hook": "prizes"}, "request_id": "r", "status": 200,
        "before": None, "after": {"hook": "prizes"},
    } | others  # fmt: skip


def call(transport: CannedTransport, *words: str) -> int:
    return run(parser().parse_args(["audit", *words]), gateway_over(transport))


def test_entries_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    untold = entry(1, status=None, address=None, target={}, principal="key:k1")
    transport = CannedTransport({"entries": [entry(2), untold], "next": None})
    assert call(transport, "--by", "player:mia", "--operation", "PUT /v1/hooks/<hook>") == 0
    assert [path for _, path, _ in transport.asked] == [
        "/v1/audit?principal=player%3Amia&operation=PUT+%2Fv1%2Fhooks%2F%3Chook%3E&limit=20"
    ]
    assert capsys.readouterr().out.splitlines() == [
        "T2 player:mia 192.0.2.7 200 PUT /v1/hooks/<hook> hook=prizes",
        "T1 key:k1 - unknown PUT /v1/hooks/<hook>",
    ]


def test_pages_are_followed_until_there_are_enough(capsys: pytest.CaptureFixture[str]) -> None:
    pages = ({"entries": [entry(number)], "next": f"/v1/audit?before={number}"} for number in range(9))
    transport = CannedTransport(*pages)
    assert call(transport, "--limit", "3") == 0
    assert [path for _, path, _ in transport.asked] == [
        "/v1/audit?limit=3", "/v1/audit?before=0", "/v1/audit?before=1",
    ]  # fmt: skip
    assert len(capsys.readouterr().out.splitlines()) == 3


def test_the_whole_of_an_entry_is_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert call(CannedTransport({"entries": [entry(1)], "next": None}), "--json") == 0
    assert json.loads(capsys.readouterr().out) == entry(1)
