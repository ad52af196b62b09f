"""The ranker as its own process, between a real queue, real definitions and real boards."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from uuid import uuid4

import pytest

from ledgerboard_contracts import BoardOptions, Order, Policy
from ledgerboard_contracts.queues import RANK
from ledgerboard_dev.probes import free_port
from ledgerboard_infra.postgres import make_engine
from ledgerboard_infra.settings import AwsSettings
from ledgerboard_infra.sqs import QueueShape, provision, resolve_queue_url, sqs_client
from ledgerboard_ledger import PostgresDefinitions, migrate
from ledgerboard_testkit.queues import RealQueue


@pytest.fixture(scope="module")
def stage() -> str:
    return f"test-{uuid4().hex[:12]}"


@pytest.fixture(scope="module")
def queue(sqs_endpoint: str, stage: str) -> RealQueue:
    client = sqs_client(AwsSettings(sqs_endpoint_url=sqs_endpoint))
    shape = QueueShape(
        name=RANK.full_name(stage),
        dead_letter_name=RANK.dead_letter_name(stage),
        visibility_timeout_seconds=5,
        max_receives=2,
        retention_seconds=3600,
        dead_letter_retention_seconds=7200,
    )
    provision(client, [shape])
    return RealQueue(client, resolve_queue_url(client, shape.name), resolve_queue_url(client, shape.dead_letter_name))


@pytest.fixture(scope="module")
def database(fresh_database: str) -> str:
    """The ledger, with boards ``chess``, where more is better, ``race``, where less is, and ``sums``, which totals."""
    migrate(fresh_database)
    engine = make_engine(fresh_database, application_name="test", pool_size=1)
    for board, order in (("chess", Order.DESC), ("race", Order.ASC)):
        PostgresDefinitions(engine).define(board, BoardOptions(order=order))
    PostgresDefinitions(engine).define("sums", BoardOptions(policy=Policy.TOTAL))
    engine.dispose()
    return fresh_database


@pytest.fixture(scope="module")
def environment(redis_url: str, database: str, queue: RealQueue, stage: str) -> Mapping[str, str]:
    return {
        **os.environ,
        "LEDGERBOARD_STAGE": stage,
        "LEDGERBOARD_REDIS_URL": redis_url,
        "LEDGERBOARD_DATABASE_URL": database,
        "LEDGERBOARD_SQS_ENDPOINT_URL": queue.client.meta.endpoint_url,
        "LEDGERBOARD_OPS_PORT": str(free_port()),
        "LEDGERBOARD_STREAM_WAIT_SECONDS": "1",
        "LEDGERBOARD_STREAM_RETRY_BASE_SECONDS": "0.1",
    }


@pytest.fixture
def ranker(environment: Mapping[str, str], tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Running; killed at the end if the test has not stopped it."""
    with (tmp_path / "ranker.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "ledgerboard_ranker", "stream"], env=environment, stdout=log, stderr=log
        )
        yield process
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.wait()
