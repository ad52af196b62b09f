"""The operator's command, as a process of its own."""

import subprocess
import sys
from collections.abc import Callable
from uuid import uuid4

import pytest
import redis

from ledgerboard_boards.keys import Keyspace
from ledgerboard_contracts import ALL_TIME, DEFAULT_OPTIONS, View
from ledgerboard_contracts.queues import RANK, SUBMISSIONS
from ledgerboard_infra.settings import AwsSettings
from ledgerboard_infra.sqs import QueueShape, provision, sqs_client
from ledgerboard_ledger import LedgerWriter, PostgresDefinitions
from ledgerboard_testkit.first_generation import FirstGeneration
from ledgerboard_testkit.plays import make_definition, make_envelope, make_fact
from tests.integration.history.conftest import Stage
from tests.integration.history.proving import NOW

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(stage: Stage, redis_url: str) -> Run:
    environment = {
        "LEDGERBOARD_REDIS_URL": redis_url,
        "LEDGERBOARD_RECONCILE_SETTLE_SECONDS": "0.2",
    }

    def run(*boards: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "ledgerboard_history", "reconcile", *boards]
        return subprocess.run(
            command, env=stage.environment | environment, capture_output=True, text=True, timeout=60, check=False
        )

    return run


@pytest.fixture(scope="module")
def _queues(stage: Stage) -> None:
    sqs = sqs_client(AwsSettings(sqs_endpoint_url=stage.endpoint))
    for name in (queue.full_name(stage.name) for queue in (SUBMISSIONS, RANK)):
        provision(sqs, [_shape(name)])


def _shape(name: str) -> QueueShape:
    return QueueShape(
        name=name,
        dead_letter_name=f"{name}-dlq",
        visibility_timeout_seconds=2,
        max_receives=5,
        retention_seconds=3600,
        dead_letter_retention_seconds=7200,
    )


@pytest.mark.usefixtures("_queues")
def test_it_exits_with_1_and_the_differences_and_with_0_without_any(stage: Stage, redis_url: str, run: Run) -> None:
    boards = [f"{name}-{uuid4().hex[:8]}" for name in ("good", "bad")]
    with redis.Redis.from_url(redis_url) as valkey:
        first = FirstGeneration(valkey, stage.name)
        for board in boards:
            PostgresDefinitions(stage.engine).define(board, DEFAULT_OPTIONS)
            plays = [make_fact("ann", 5, NOW), make_fact("bob", 6, NOW)]
            first.fold([(make_envelope(board, plays), make_definition(board))], NOW)
            LedgerWriter(stage.engine).append([make_envelope(board, plays)], [])
        assert run().returncode == 0
        key = Keyspace(stage.name).of(View(boards[1], ALL_TIME)).entries.decode()
        valkey.zremrangebyrank(key, 0, 0)
    found = run()
    assert (found.returncode, found.stderr) == (1, "")
    assert f"{boards[0]}: 4 views, 0 differences" in found.stdout
    assert f"{boards[1]}: 4 views, 1 differences\n  all:board: missing: 'bob' has nothing on the board" in found.stdout
    assert run(boards[0]).returncode == 0
    unknown = run("nosuch")
    assert (unknown.returncode, unknown.stderr) == (2, "there is no board nosuch\n")
