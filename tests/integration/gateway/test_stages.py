"""Two stages on one Redis and one SQS, each with its own database on one PostgreSQL, do not see each other."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any, Final
from uuid import uuid4

import psycopg
import pytest

from ledgerboard_ledger import migrate
from ledgerboard_testkit.polling import eventually
from tests.integration.gateway.processes import GatewayProcess, gateway_process

WORKERS: Final = ("ingest", "ranker", "history")


@contextmanager
def whole_stage(servers: Mapping[str, str], stage: str) -> Iterator[GatewayProcess]:
    """A gateway and the three workers of a stage."""
    environment = os.environ | {f"LEDGERBOARD_{name}": url for name, url in servers.items()}
    environment |= {"LEDGERBOARD_STAGE": stage, "LEDGERBOARD_OPS_PORT": "0", "LEDGERBOARD_STREAM_WAIT_SECONDS": "1"}
    subprocess.run([sys.executable, "-m", "ledgerboard_ingest", "provision"], env=environment, check=True, timeout=60)
    with ExitStack() as running:
        for worker in WORKERS:
            command = [sys.executable, "-m", f"ledgerboard_{worker}", "stream"]
            process = running.enter_context(subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL))
            running.callback(process.terminate)
        urls = servers["SQS_ENDPOINT_URL"], servers["REDIS_URL"], servers["DATABASE_URL"]
        yield running.enter_context(gateway_process(*urls, stage))


@pytest.fixture
def databases(postgres_url: str) -> Iterator[list[str]]:
    """Two databases with the ledger's schema, on one server."""
    names = [f"test_{uuid4().hex}" for _ in range(2)]
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        urls = [postgres_url.removesuffix("postgres") + name for name in names]
        for name, url in zip(names, urls, strict=True):
            connection.execute(f"CREATE DATABASE {name}".encode())
            migrate(url)
        yield urls
        for name in names:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def standings(gateway: GatewayProcess) -> list[tuple[str, int]]:
    told = gateway.request("GET", "/v1/boards/race/standings")[1]
    return [(row["player"], row["score"]) for row in told["standings"]]


def plays(gateway: GatewayProcess, player: str) -> list[int]:
    return [row["score"] for row in gateway.request("GET", f"/v1/players/{player}/scores")[1]["scores"]]


@pytest.mark.slow
def test_what_is_submitted_to_one_stage_is_seen_in_that_stage_alone(
    sqs_endpoint: str, redis_url: str, databases: list[str]
) -> None:
    name = uuid4().hex[:8]
    servers: list[dict[str, Any]] = [
        {"SQS_ENDPOINT_URL": sqs_endpoint, "REDIS_URL": redis_url, "DATABASE_URL": url} for url in databases
    ]
    with whole_stage(servers[0], f"{name}-a") as here, whole_stage(servers[1], f"{name}-b") as there:
        assert here.request("PUT", "/v1/boards/race", {"order": "asc"})[0] == 201
        for player, score in (("ada", 1), ("only-here", 3)):
            assert here.submit(player, score)[0] == 202
        for player, score in (("ada", 2), ("only-there", 1)):
            assert there.submit(player, score)[0] == 202
        eventually(lambda: len(standings(here)) == len(standings(there)) == 2, within_seconds=40, what="both boards")
        assert standings(here) == [("ada", 1), ("only-here", 3)]
        assert standings(there) == [("ada", 2), ("only-there", 1)]
        eventually(lambda: plays(here, "ada") and plays(there, "ada"), within_seconds=40, what="both ledgers")
        assert (plays(here, "ada"), plays(there, "ada")) == ([1], [2])
        assert (plays(here, "only-there"), plays(there, "only-here")) == ([], [])
