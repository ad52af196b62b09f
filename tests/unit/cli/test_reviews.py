"""Suspect plays on the command line: what is said becomes one request, and what came of it one line."""

import pytest

from ledgerboard_cli.arguments import parser
from ledgerboard_cli.commands import run
from ledgerboard_cli.transport import GatewayError, Transport
from tests.unit.cli.canned import CannedTransport, gateway_over

ID = "019ab2f4-0c5e-7b3c-9d4e-2f6a8b1c3d5e"
OPEN = {
    "event_id": ID, "board": "race", "player": "ada", "score": 7, "rules": ["max_attempts", "max_gain"],
    "state": "open", "found_at": "T0",
}  # fmt: skip
LINE = f"T0 {ID} race ada 7 max_attempts+max_gain"


def call(transport: Transport, *words: str) -> int:
    return run(parser().parse_args(["reviews", *words]), gateway_over(transport))


def test_the_open_ones_are_listed_unless_others_are_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    transport = CannedTransport({"reviews": [OPEN], "next": None}, {"reviews": [], "next": None})
    assert call(transport, "list") == 0
    assert call(transport, "list", "--board", "race", "--state", "refused", "--limit", "5") == 0
    assert [path for _, path, _ in transport.asked] == [
        "/v1/reviews?state=open&limit=20", "/v1/reviews?board=race&state=refused&limit=5",
    ]  # fmt: skip
    assert capsys.readouterr().out == f"{LINE} open\n"


@pytest.mark.parametrize(("verb", "state", "voided"), [("approve", "approved", False), ("refuse", "refused", True)])
def test_a_verdict_is_told(verb: str, state: str, voided: bool, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: FBT001 -- a parameter of the test.
    transport = CannedTransport(OPEN | {"state": state, "author": "mia", "reason": "a bot", "voided": voided})
    assert call(transport, verb, ID, "--reason", "a bot", "--author", "mia") == 0
    assert transport.asked == [("POST", f"/v1/reviews/{ID}/{verb}", {"reason": "a bot", "author": "mia"})]
    assert capsys.readouterr().out == f"{LINE} {state}{' voided' if voided else ''} by mia: a bot\n"


def test_the_gateway_knows_the_author_itself_unless_one_is_named() -> None:
    transport = CannedTransport(OPEN | {"state": "refused", "author": "key:1", "reason": "a bot", "voided": True})
    assert call(transport, "refuse", ID, "--reason", "a bot") == 0
    assert transport.asked == [("POST", f"/v1/reviews/{ID}/refuse", {"reason": "a bot"})]


def test_the_opposite_verdict_is_an_error() -> None:
    transport = CannedTransport({"type": "x", "title": "The review has the opposite verdict"}, status=409)
    with pytest.raises(GatewayError, match="opposite verdict"):
        call(transport, "refuse", ID, "--reason", "a bot", "--author", "mia")
