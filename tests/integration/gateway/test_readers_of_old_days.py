"""Reads that the ledger alone can answer take no connection that a write needs, however many and slow they are."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event

import pytest
from sqlalchemy import Engine, text

from ledgerboard_testkit.polling import eventually
from ledgerboard_testkit.queues import RealQueue
from tests.integration.gateway.processes import GatewayProcess, gateway_process, seconds_of

READERS = 24
STATEMENT_SECONDS = 3.0
"""How long the gateway lets a statement of PostgreSQL take."""


@pytest.fixture(scope="module")
def gateway(
    queue: RealQueue, sqs_endpoint: str, redis_url: str, ledger_url: str, stage: str
) -> Iterator[GatewayProcess]:
    assert queue.url
    with gateway_process(sqs_endpoint, redis_url, ledger_url, stage) as running:
        yield running


@contextmanager
def slow_ledger(engine: Engine) -> Iterator[None]:
    """Every query of facts waits."""
    with engine.begin() as connection:
        connection.execute(text("LOCK TABLE facts IN ACCESS EXCLUSIVE MODE"))
        yield


def waiting(engine: Engine) -> int:
    """Queries of gateways that wait for the lock."""
    with engine.connect() as connection:
        return int(
            connection.execute(
                text(
                    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
                    "AND application_name = 'ledgerboard-gateway'"
                )
            ).scalar_one()
        )


@pytest.mark.parametrize(
    "path",
    [
        "/v1/boards/race/standings?period=day&key=2020-02-0{day}",
        "/v1/players/ada{day}/scores",
        "/v1/boards/race/record?day={day}",
    ],
)
def test_readers_who_wait_for_the_ledger_slow_no_write(gateway: GatewayProcess, engine: Engine, path: str) -> None:
    assert gateway.request("PUT", "/v1/boards/race", {})[0] in {200, 201}
    done = Event()

    def read(number: int) -> None:
        while not done.is_set():
            gateway.request("GET", path.format(day=1 + number % 9))

    with slow_ledger(engine), ThreadPoolExecutor(READERS) as pool:
        readers = [pool.submit(read, number) for number in range(READERS)]
        try:
            eventually(lambda: waiting(engine) > 0, what="readers that wait")
            took = [
                seconds_of(lambda number=number: gateway.request("PUT", f"/v1/boards/race-{number}", {})[0])
                for number in range(4)
            ]
        finally:
            done.set()
    assert {status for _, status in took} <= {200, 201}
    assert max(seconds for seconds, _ in took) < STATEMENT_SECONDS / 2
    for reader in readers:
        reader.result()
