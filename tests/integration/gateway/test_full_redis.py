"""A Redis that is full refuses to keep rendered tops and buckets, and no reader notices."""

from collections.abc import Iterator

import pytest
import redis
from sqlalchemy import Engine

from ledgerboard_contracts import BoardDefinition, BoardOptions
from ledgerboard_dev.embedded import EmbeddedValkey
from ledgerboard_dev.processes import Guardian
from ledgerboard_testkit.polling import eventually
from ledgerboard_testkit.queues import RealQueue
from tests.integration.gateway.playing import Playing, board_name, plays, read
from tests.integration.gateway.processes import GatewayProcess, gateway_process


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, guardian: Guardian) -> Iterator[EmbeddedValkey]:
    """A server of this module's own, since it gets full."""
    with EmbeddedValkey(tmp_path_factory.mktemp("valkey"), guardian=guardian, durable=False) as server:
        yield server


@pytest.fixture(scope="module")
def client(server: EmbeddedValkey) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(server.url) as client:
        yield client


@pytest.fixture(scope="module")
def gateway(
    server: EmbeddedValkey, queue: RealQueue, stage: str, sqs_endpoint: str, ledger_url: str
) -> Iterator[GatewayProcess]:
    assert queue.is_empty()
    with gateway_process(sqs_endpoint, server.url, ledger_url, stage) as running:
        yield running


def test_reads_are_answered_from_the_boards_of_a_full_server(
    gateway: GatewayProcess, client: redis.Redis, stage: str, engine: Engine
) -> None:
    board = board_name()
    assert gateway.request("PUT", f"/v1/boards/{board}", {})[0] == 201
    Playing(client, stage, engine).play(
        BoardDefinition(board=board, version=1, options=BoardOptions()), list(plays(60))
    )
    paths = [f"/v1/boards/{board}/{path}" for path in ("standings", "standings?limit=100&level=a", "players/p3")]
    client.config_set("maxmemory", 1)
    full = [read(gateway, path) for path in (*paths, *paths)]
    client.config_set("maxmemory", 0)
    assert [(status, source) for status, source, _ in full] == [(200, None)] * 6
    assert [read(gateway, path)[2] for path in paths] == [body for _, _, body in full[:3]]


def test_it_says_so_where_redis_evicts(gateway: GatewayProcess, client: redis.Redis) -> None:
    eventually(lambda: gateway.readiness() == (200, "ready"), what="readiness")
    client.config_set("maxmemory-policy", "volatile-ttl")
    eventually(lambda: gateway.readiness() == (200, "degraded"), what="a refusal")
    checks = gateway.request("GET", "/readyz")[1]["checks"]
    assert {name for name, word in checks.items() if word != "ok"} == {"maxmemory-policy"}
    client.config_set("maxmemory-policy", "noeviction")
    eventually(lambda: gateway.readiness() == (200, "ready"), what="readiness")
