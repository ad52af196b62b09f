"""A gateway that stops under load: kept connections end politely, and what was answered with 202 is in the queue."""

import signal
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from typing import Final
from uuid import uuid4

import msgspec
import pytest

from ledgerboard_testkit.polling import eventually
from tests.integration.gateway.processes import HEADERS, gateway_process, sent_players, submissions_queue

CLIENTS: Final = 8


@dataclass
class KeptConnection:
    """A client that keeps its connection while it may, and asks again over a new one where it was closed on it."""

    port: int
    name: str
    statuses: list[int] = field(default_factory=list)
    accepted: list[str] = field(default_factory=list)
    told_to_close: int = 0
    cut_off: int = 0

    def run(self) -> None:
        """Submit until nobody listens any more."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=15)
        number = 0
        while True:
            player = f"{self.name}-{number}"
            was_kept = connection.sock is not None
            try:
                self._submit(connection, player)
                number += 1
            except ConnectionRefusedError:
                return
            except (OSError, HTTPException):
                self.cut_off += was_kept  # A new one may come in the very moment in which nobody listens any more.
                connection.close()

    def _submit(self, connection: HTTPConnection, player: str) -> None:
        body = msgspec.json.encode({"player": player, "score": 1})
        connection.request("POST", "/v1/boards/race/scores", body, HEADERS)
        answer = connection.getresponse()
        answer.read()
        self.statuses.append(answer.status)
        self.told_to_close += answer.getheader("Connection") == "close"
        if answer.status == 202:
            self.accepted.append(player)


@pytest.mark.parametrize("drain_seconds", ["0", "3"])
def test_clients_that_keep_their_connections_see_no_5xx_and_every_202_is_in_the_queue(
    sqs_endpoint: str, redis_url: str, ledger_url: str, drain_seconds: str
) -> None:
    stage = f"test-{uuid4().hex[:12]}"
    queue = submissions_queue(sqs_endpoint, stage)
    clients: list[KeptConnection] = []
    with (
        gateway_process(sqs_endpoint, redis_url, ledger_url, stage, HTTP_DRAIN_SECONDS=drain_seconds) as gateway,
        ThreadPoolExecutor(CLIENTS) as pool,
    ):
        clients += [KeptConnection(gateway.port, f"c{number}") for number in range(CLIENTS)]
        running = [pool.submit(client.run) for client in clients]
        eventually(lambda: all(len(client.accepted) > 5 for client in clients), what="the load")
        gateway.process.send_signal(signal.SIGTERM)
        for each in running:
            each.result(30)
        assert gateway.process.wait(30) == 0
    assert {status for client in clients for status in client.statuses} == {202}
    if drain_seconds != "0":
        assert all(client.told_to_close for client in clients)
        assert not any(client.cut_off for client in clients)
    assert {player for client in clients for player in client.accepted} <= set(sent_players(queue))


def test_a_connection_that_is_kept_and_not_used_delays_no_stop(
    sqs_endpoint: str, redis_url: str, ledger_url: str
) -> None:
    stage = f"test-{uuid4().hex[:12]}"
    submissions_queue(sqs_endpoint, stage)
    with gateway_process(sqs_endpoint, redis_url, ledger_url, stage, HTTP_GRACE_SECONDS="60") as gateway:
        idle = HTTPConnection("127.0.0.1", gateway.port, timeout=15)
        idle.request("GET", "/healthz")
        assert idle.getresponse().read()
        gateway.process.send_signal(signal.SIGTERM)
        assert gateway.process.wait(15) == 0
        idle.close()
