"""Clients with a sound key who send slowly leave the gateway to everybody else."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Final
from uuid import uuid4

import pytest

from ledgerboard_testkit.polling import eventually
from tests.integration.gateway.processes import KEY, GatewayProcess, gateway_process, submissions_queue

SEATS: Final = 4


@pytest.fixture
def gateway(sqs_endpoint: str, redis_url: str, ledger_url: str) -> Iterator[GatewayProcess]:
    stage = f"test-{uuid4().hex[:12]}"
    submissions_queue(sqs_endpoint, stage)
    few = {"HTTP_THREADS": str(4 * SEATS), "PUBLISHER_BUFFER_REQUESTS": "4", "WAIT_REQUESTS": "1"}
    with gateway_process(sqs_endpoint, redis_url, ledger_url, stage, HTTP_HEADER_SECONDS="1", **few) as started:
        yield started


def begin(gateway: GatewayProcess) -> socket.socket:
    """A submission whose body does not come."""
    client = socket.create_connection(("127.0.0.1", gateway.port), timeout=20)
    head = (
        f"POST /v1/boards/race/scores HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\n"
        f"Content-Type: application/json\r\nContent-Length: 30\r\n\r\n"
    )
    client.sendall(head.encode())
    return client


def test_bodies_that_do_not_come_take_a_quarter_of_the_threads(gateway: GatewayProcess) -> None:
    with ExitStack() as stack:
        slow = [stack.enter_context(begin(gateway)) for _ in range(6 * SEATS)]
        eventually(lambda: gateway.submit()[0] == 503, what="every seat being taken")
        assert gateway.request("GET", "/v1/boards/race/players/nobody")[0] == 404
        assert gateway.answers()
        for each in slow:
            each.close()
        eventually(lambda: gateway.submit()[0] == 202, what="free seats")


def test_headers_that_do_not_come_end_the_connection(gateway: GatewayProcess) -> None:
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=20) as client:
        client.sendall(b"GET /healthz HTTP/1.1\r\nHost:")
        told = client.recv(4096)
        assert told == b"" or told.startswith(b"HTTP/1.1 408 ")
