"""What a request costs elsewhere: it waits for no database, and it opens no connection of its own."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import Any, Final
from uuid import uuid4

import msgspec
import pytest

from ledgerboard_testkit.polling import eventually
from ledgerboard_testkit.relay import Relay
from tests.integration.gateway.processes import (
    HEADERS,
    GatewayProcess,
    gateway_process,
    seconds_of,
    submissions_queue,
)

CLIENTS: Final = 8
POOL_SIZE: Final = 3
SENDERS: Final = 2
DELAY_SECONDS: Final = 0.5
READERS: Final = 96
"""As many as the gateway has threads."""

HANG_SECONDS: Final = 2.0
"""How long a read waits for a Redis that hangs."""


@pytest.fixture(scope="module")
def gateway(relays: dict[str, Relay], sqs_endpoint: str, redis_url: str, ledger_url: str) -> Iterator[GatewayProcess]:
    """Asks for a board's definition again at every request, though none waits for it."""
    stage = f"test-{uuid4().hex[:12]}"
    submissions_queue(sqs_endpoint, stage)
    with gateway_process(
        relays["sqs"].through(sqs_endpoint),
        relays["redis"].through(redis_url),
        relays["postgres"].through(ledger_url),
        stage,
        DATABASE_POOL_SIZE=str(POOL_SIZE),
        PUBLISHER_SENDERS=str(SENDERS),
        DEFINITIONS_TTL_SECONDS="0",
    ) as running:
        yield running


@contextmanager
def delayed(*relays: Relay) -> Iterator[None]:
    for relay in relays:
        relay.delay_seconds = DELAY_SECONDS
    yield
    for relay in relays:
        relay.delay_seconds = 0


def test_a_submission_takes_no_longer_when_redis_and_postgres_answer_late(
    gateway: GatewayProcess, relays: dict[str, Relay]
) -> None:
    assert gateway.submit()[0] == 202
    with delayed(relays["redis"], relays["postgres"]):
        took = []
        for number in range(40):
            seconds, (status, _) = seconds_of(lambda number=number: gateway.submit("ada", number))
            assert status == 202
            took.append(seconds)
        assert seconds_of(lambda: gateway.request("GET", "/race"))[0] >= DELAY_SECONDS
        assert seconds_of(lambda: gateway.request("GET", "/v1/players/ada/scores"))[0] >= DELAY_SECONDS
    assert sorted(took)[round(len(took) * 0.95) - 1] < DELAY_SECONDS / 2


def test_a_thousand_requests_share_a_few_connections_to_each_server(
    gateway: GatewayProcess, relays: dict[str, Relay]
) -> None:
    with ThreadPoolExecutor(CLIENTS) as pool:
        statuses = [
            status for part in pool.map(lambda _: mixed_requests(gateway, 125), range(CLIENTS)) for status in part
        ]
    assert len(statuses) == 1000
    assert set(statuses) == {200, 202}
    accepted = {name: relay.accepted for name, relay in relays.items()}
    assert 1 <= accepted["postgres"] <= 2 * POOL_SIZE  # Reads have as many of their own.
    assert 1 <= accepted["redis"] <= CLIENTS + 1
    assert 1 <= accepted["sqs"] <= SENDERS + 1


def mixed_requests(gateway: GatewayProcess, count: int) -> list[int]:
    """The statuses of as many submissions and reads over one connection."""
    connection = HTTPConnection("127.0.0.1", gateway.port, timeout=15)
    asks: list[tuple[str, str, Any]] = [
        ("POST", "/v1/boards/race/scores", {"player": "ada", "score": 1}),
        ("GET", "/v1/boards/race/standings", None),
        ("GET", "/race/ada", None),
        ("GET", "/v1/players/ada/scores", None),
        ("GET", "/v1/boards", None),
    ]
    statuses = []
    for number in range(count):
        method, path, body = asks[number % len(asks)]
        connection.request(method, path, None if body is None else msgspec.json.encode(body), HEADERS)
        answer = connection.getresponse()
        answer.read()
        statuses.append(answer.status)
    connection.close()
    return statuses


def test_reads_that_hang_leave_submissions_their_threads(gateway: GatewayProcess, relays: dict[str, Relay]) -> None:
    def read(_number: int) -> int:
        return gateway.request("GET", "/race/ada")[0]  # A page might still be at hand in process.

    assert gateway.submit()[0] == 202
    relays["redis"].hold()
    try:
        with ThreadPoolExecutor(READERS) as pool:
            assert set(pool.map(read, range(READERS))) <= {200, 503}  # The ledger has seats for a few of them.
            reads = [pool.submit(read, number) for number in range(2 * READERS)]
            took = [seconds_of(gateway.submit) for _ in range(10)]
            assert {read.result() for read in reads} <= {200, 503}
    finally:
        relays["redis"].release()
    assert {status for _, (status, _) in took} == {202}
    assert max(seconds for seconds, _ in took) < HANG_SECONDS / 2
    eventually(lambda: read(0) == 200, what="a read")
