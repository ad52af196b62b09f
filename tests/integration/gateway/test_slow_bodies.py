"""Bodies that never end, from more strangers than there are threads: reads and servers do not notice."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Final

import pytest

from ledgerboard_testkit.polling import eventually
from ledgerboard_testkit.queues import RealQueue
from tests.integration.gateway.processes import GatewayProcess, gateway_process, seconds_of

THREADS: Final = 16
SETTINGS: Final = {"HTTP_THREADS": str(THREADS), "PUBLISHER_BUFFER_REQUESTS": "4", "WAIT_REQUESTS": "4"}
HALF_SENT: Final = (
    b"POST /v1/boards/race/standings/lookup HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    b'Content-Length: 100\r\n\r\n{"players": ['
)


@pytest.fixture(scope="module")
def gateway(
    queue: RealQueue, sqs_endpoint: str, redis_url: str, ledger_url: str, stage: str
) -> Iterator[GatewayProcess]:
    assert queue.url
    with gateway_process(sqs_endpoint, redis_url, ledger_url, stage, **SETTINGS) as made:
        yield made


def test_strangers_who_never_finish_hold_up_nobody_but_strangers_who_write(gateway: GatewayProcess) -> None:
    with ExitStack() as open_until_the_end:
        for _ in range(3 * THREADS):
            stranger = open_until_the_end.enter_context(socket.create_connection(("127.0.0.1", gateway.port)))
            stranger.sendall(HALF_SENT)
        for _ in range(20):
            took, (status, _) = seconds_of(lambda: gateway.request("GET", "/healthz"))
            assert (status, took < 1) == (200, True)
            took, (status, _) = seconds_of(gateway.submit)
            assert (status, took < 1) == (202, True)
        status, told = gateway.request("POST", "/login", {"username": "ada", "password": "Sup3r-planted-word"})
        assert (status, told["type"]) == (503, "/docs/problems/unavailable")
    lookup = "/v1/boards/race/standings/lookup"
    eventually(lambda: gateway.request("POST", lookup, {"players": ["a"]})[0] == 200, within_seconds=15)
