"""Server keys on the command line: what is said becomes one request, and a key stands alone in the last line."""

from typing import Any

import pytest

from ledgerboard_cli.arguments import parser
from ledgerboard_cli.commands import run
from ledgerboard_cli.transport import GatewayError, Transport
from tests.unit.cli.canned import CannedTransport, gateway_over

ID = "019ab2f4-0c5e-7b3c-9d4e-2f6a8b1c3d5e"
RECORD = {"key_id": ID, "name": "eu-1", "scopes": ["submit"], "created_at": "T0", "created_by": "root"}
TOLD = {"key": "lbk_x", "record": RECORD}


def call(transport: Transport, *words: str) -> int:
    return run(parser().parse_args(["keys", *words]), gateway_over(transport))


def test_what_is_said_is_what_is_asked_and_the_key_comes_last(capsys: pytest.CaptureFixture[str]) -> None:
    transport = CannedTransport(TOLD)
    words = ("create", "eu-1", "--scope", "submit", "--scope", "read", "--board", "chess", "--board", "arena-*")
    assert call(transport, *words, "--rate", "5", "--expires-at", "2027-01-01T00:00:00Z") == 0
    wanted = {
        "name": "eu-1", "scopes": ["submit", "read"], "boards": ["chess", "arena-*"], "rate": 5.0,
        "expires_at": "2027-01-01T00:00:00Z",
    }  # fmt: skip
    assert transport.asked == [("POST", "/v1/keys", wanted)]
    assert capsys.readouterr().out.splitlines() == [f"{ID} eu-1 submit made T0 by root", "lbk_x"]


def test_what_is_not_said_is_not_asked() -> None:
    transport = CannedTransport(TOLD)
    call(transport, "create", "eu-1", "--scope", "admin")
    assert transport.asked == [("POST", "/v1/keys", {"name": "eu-1", "scopes": ["admin"]})]


def test_all_pages_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    whole = RECORD | {"boards": ["a", "b*"], "rate": 0.5, "expires_at": "T1", "revoked_at": "T2", "last_used_at": "T3"}
    transport = CannedTransport({"keys": [whole], "next": "/v1/keys?before=x"}, {"keys": [RECORD], "next": None})
    assert call(transport, "list") == 0
    assert [path for _, path, _ in transport.asked] == ["/v1/keys?limit=100", "/v1/keys?before=x"]
    assert capsys.readouterr().out.splitlines() == [
        f"{ID} eu-1 submit boards=a,b* rate=0.5/s made T0 by root ends T1 revoked T2 used T3",
        f"{ID} eu-1 submit made T0 by root",
    ]


@pytest.mark.parametrize(("words", "body"), [((), {}), (("--overlap-seconds", "0"), {"overlap_seconds": 0})])
def test_a_rotation_shows_the_new_key(words: tuple[str, ...], body: Any, capsys: pytest.CaptureFixture[str]) -> None:
    transport = CannedTransport(TOLD | {"record": RECORD | {"previous_until": "T9"}})
    assert call(transport, "rotate", ID, *words) == 0
    assert transport.asked == [("POST", f"/v1/keys/{ID}/rotate", body)]
    assert capsys.readouterr().out.splitlines()[1:] == ["the key before it is good until T9", "lbk_x"]


def test_a_revoked_key_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    transport = CannedTransport(RECORD | {"revoked_at": "T2"})
    assert call(transport, "revoke", ID) == 0
    assert transport.asked == [("DELETE", f"/v1/keys/{ID}", None)]
    assert capsys.readouterr().out.endswith("revoked T2\n")


def test_what_the_gateway_refuses_is_an_error() -> None:
    transport = CannedTransport({"type": "x", "title": "There is no such resource"}, status=404)
    with pytest.raises(GatewayError, match="no such resource"):
        call(transport, "revoke", ID)
