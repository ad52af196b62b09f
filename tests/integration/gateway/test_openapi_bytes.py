"""Below the schemas of our own document: bytes, encodings, sizes and connection states, to every operation.

Whatever comes in, nothing is answered with a 5xx or in a way that is not documented, what refuses is a problem, and a
connection that is not said to be closed takes the next request.
"""

import socket
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from http.client import HTTPException, HTTPResponse
from itertools import islice
from typing import Final

import pytest
import redis
from sqlalchemy import Engine

from tests.inputs import INPUTS
from tests.integration.gateway.fuzz_scene import Scene, fuzzed_gateway
from tests.integration.gateway.fuzzing import EXAMPLES, PROBLEM
from tests.integration.gateway.raw_requests import Operation, RawRequest, operations, raw_requests

SERVERS_OWN: Final = frozenset({400, 413, 414, 431, 501, 505})
"""What the server refuses by itself, without a body: what is no HTTP."""

EVERYWHERE: Final = frozenset({400, 404, 405, 408, 413, 415})
"""What a broken request may come to where it is not documented: it is another operation's by then, or nobody's."""

ONE_IN: Final = 5 if EXAMPLES < 100 else 1
"""Of the inputs, in a common run. A night's run takes all."""

ONE_IN_OF_THE_QUEUES: Final = 97
"""Of the inputs to dead letters, each of which waits a second for what the queue may still hold."""

NEXT: Final = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.fixture(scope="module")
def scene(sqs_endpoint: str, valkey: redis.Redis, redis_url: str, ledger_url: str, engine: Engine) -> Iterator[Scene]:
    with fuzzed_gateway(sqs_endpoint, valkey, (redis_url, ledger_url), engine, HTTP_BODY_SECONDS="0.3") as made:
        yield made


def finding(port: int, request: RawRequest) -> str:
    """What is wrong with the answer, or nothing."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as client:
        with suppress(OSError):  # It was refused before all of it was sent.
            client.sendall(request.sent)
        if not request.is_whole:
            client.shutdown(socket.SHUT_WR)
        with closing(HTTPResponse(client, method=request.operation.method)) as answer:
            try:
                answer.begin()
                body = answer.read()
            except (HTTPException, OSError) as error:
                return "" if not request.is_whole else f"no answer: {error!r}"
        return _wrong(request, answer, body) or _wrong_afterwards(client, request, answer)


def _wrong(request: RawRequest, answer: HTTPResponse, body: bytes) -> str:
    kind = answer.getheader("Content-Type", "")
    if answer.status >= 500:
        return f"{answer.status} {body!r}"
    if not kind and not body and answer.status in SERVERS_OWN:
        return "" if answer.will_close else f"{answer.status} of the server's own leaves the connection open"
    if answer.status not in request.operation.statuses | EVERYWHERE:
        return f"{answer.status} is not documented"
    return f"{answer.status} is no problem but {kind}" if answer.status >= 400 and kind != PROBLEM and body else ""


def _wrong_afterwards(client: socket.socket, request: RawRequest, answer: HTTPResponse) -> str:
    if answer.will_close or not request.is_whole:
        return ""
    try:
        client.sendall(NEXT)
        with closing(HTTPResponse(client)) as following:
            following.begin()
            status = following.status
    except (HTTPException, OSError) as error:
        return f"{answer.status} leaves a connection open that takes nothing more: {error!r}"
    return (
        "" if status < 500 and (status == 200 or request.kind == "state") else f"the next request was answered {status}"
    )


def _step(operation: Operation) -> int:
    return ONE_IN_OF_THE_QUEUES if operation.path.startswith("/v1/dead-letters") else ONE_IN


@pytest.mark.slow
@pytest.mark.parametrize("caller", ["nobody", "root"])
def test_nothing_below_the_schemas_breaks_an_operation(
    scene: Scene, caller: str, record_property: Callable[[str, object], None]
) -> None:
    _, document = scene.gateway.request("GET", "/openapi.json")
    found, tried = [], 0
    for operation in operations(document):
        for request in islice(raw_requests(operation, scene.credentials[caller]), 0, None, _step(operation)):
            tried += 1
            if wrong := finding(scene.gateway.port, request):
                found.append(f"{operation.label} ({request.kind}): {wrong}: {request.sent[:300]!r}")
    record_property(INPUTS, tried)
    assert "\n".join(found[:30]) == ""
    assert tried > 1_000
    assert scene.gateway.readiness()[0] == 200
