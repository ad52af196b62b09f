"""The guard before the local AWS lets pass what shows its key, and nothing that a browser sends."""

import asyncio
from collections.abc import MutableMapping
from typing import Any, Final

import pytest

from ledgerboard_dev.guarded_aws import Guard, Receive, Scope, Send

KEY: Final = "LOCALkey"
HOST: Final = {"host": "127.0.0.1:4566"}
SIGNATURE: Final = f"AWS4-HMAC-SHA256 Credential={KEY}/20261121/us-east-1/sqs/aws4_request, SignedHeaders=host"


class Server:
    """What stands behind the guard, and counts who comes through."""

    def __init__(self) -> None:
        self.asked = 0

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        self.asked += 1
        await send({"type": "http.response.start", "status": 200, "headers": []})


def passes(headers: dict[str, str], *, key: str = KEY, kind: str = "http", **others: Any) -> bool:
    server, sent = Server(), list[MutableMapping[str, Any]]()
    encoded = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    scope = {"type": kind, "method": "POST", "path": "/", "query_string": b"", "headers": encoded, **others}

    async def receive() -> MutableMapping[str, Any]:
        return {}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    asyncio.run(Guard(server, ["127.0.0.1", "sqs"], key)(scope, receive, send))
    refused = sent[0].get("status") == 403 or sent[0]["type"] == "websocket.close"
    assert refused == (not server.asked)
    return bool(server.asked)


def test_a_signature_with_the_key_passes_in_a_header_and_in_a_query() -> None:
    assert passes(HOST | {"authorization": SIGNATURE})
    presigned = f"X-Amz-Credential={KEY}%2F20261121%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Signature=00"
    assert passes(HOST, query_string=presigned.encode())


@pytest.mark.parametrize(
    "authorization", ["", "Basic x", SIGNATURE.replace(KEY, "test"), SIGNATURE.replace(KEY, KEY + "y"), f"Bearer {KEY}"]
)
def test_nothing_else_passes(authorization: str) -> None:
    assert not passes(HOST | {"authorization": authorization})
    assert not passes(HOST | {"authorization": authorization.replace("e", "\xe9")})


@pytest.mark.parametrize(
    "header", [{"origin": "https://evil.test"}, {"origin": "null"}, {"sec-fetch-site": "none"}, {"host": "evil.test"}]
)
@pytest.mark.parametrize("key", [KEY, ""])
def test_no_browser_passes_whatever_it_shows(header: dict[str, str], key: str) -> None:
    assert not passes(HOST | {"authorization": SIGNATURE} | header, key=key)
    assert not passes(HOST | header, key=key, method="GET", path="/_ministack/ready")


def test_what_is_no_secret_is_open_to_be_read() -> None:
    for path in ("/_ministack/ready", "/_ministack/health", "/us-east-1_AbC/.well-known/jwks.json"):
        assert passes(HOST, method="GET", path=path)
        assert not passes(HOST, path=path)
        assert not passes(HOST, method="GET", path=path + "/x")


def test_players_sign_up_unsigned_and_nobody_becomes_a_manager_so() -> None:
    for operation, is_open in (("SignUp", True), ("ConfirmSignUp", True), ("AdminAddUserToGroup", False)):
        target = {"x-amz-target": f"AWSCognitoIdentityProviderService.{operation}"}
        assert passes(HOST | target) is is_open


def test_without_a_key_whoever_is_no_browser_passes() -> None:
    assert passes({"host": "sqs:4566"}, key="")
    assert not passes({"host": "elsewhere:4566"}, key="")


def test_no_websocket_passes() -> None:
    assert not passes(HOST | {"authorization": SIGNATURE}, kind="websocket")
