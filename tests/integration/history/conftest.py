"""A stage of its own for each module: queues, a migrated database, and history's real processes on them."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text

from ledgerboard_contracts.queues import HISTORY, HISTORY_JOBS, RANK
from ledgerboard_infra.postgres import make_engine
from ledgerboard_infra.settings import AwsSettings
from ledgerboard_infra.sqs import QueueShape, provision, resolve_queue_url, sqs_client
from ledgerboard_ledger import migrate
from ledgerboard_testkit.queues import RealQueue
from tests.integration.history.exchange_scene import Ledger

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


@dataclass(frozen=True)
class Stage:
    """What a test does to the processes and asks of the stores."""

    name: str
    endpoint: str
    database_url: str
    engine: Engine
    queue: RealQueue
    jobs: RealQueue
    home: Path

    @property
    def environment(self) -> dict[str, str]:
        """All that a process is told."""
        return os.environ | {
            "LEDGERBOARD_STAGE": self.name,
            "LEDGERBOARD_SQS_ENDPOINT_URL": self.endpoint,
            "LEDGERBOARD_DATABASE_URL": self.database_url,
            "LEDGERBOARD_OPS_PORT": "0",
            "LEDGERBOARD_STREAM_WAIT_SECONDS": "1",
        }

    @contextmanager
    def process(self, command: str) -> Iterator["subprocess.Popen[bytes]"]:
        """``ledgerboard-history command`` until the block ends; it must then stop cleanly, unless it was killed."""
        with (
            (self.home / f"{command}.log").open("ab") as log,
            subprocess.Popen(
                [sys.executable, "-m", "ledgerboard_history", command],
                env=self.environment, stdout=log, stderr=log, start_new_session=True,
            ) as process,
        ):  # fmt: skip
            try:
                yield process
                process.send_signal(signal.SIGTERM)
                assert process.wait(30) in {0, -signal.SIGKILL}, self.log(command)
            finally:
                process.kill()

    def log(self, command: str) -> str:
        """What the command's processes have written so far."""
        return (self.home / f"{command}.log").read_text()

    def query(self, statement: str, **parameters: Any) -> Sequence[Any]:
        """The first column."""
        with self.engine.connect() as connection:
            return connection.execute(text(statement), parameters).scalars().all()


@pytest.fixture(scope="session")
def client(sqs_endpoint: str) -> "SQSClient":
    return sqs_client(AwsSettings(sqs_endpoint_url=sqs_endpoint), wait_seconds=20)


@pytest.fixture(scope="module")
def stage(
    client: "SQSClient", sqs_endpoint: str, fresh_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    """Redelivery after two seconds, so that a test of it is short."""
    name = f"test{uuid4().hex[:10]}"
    history, jobs = (_queue(client, spec.full_name(name)) for spec in (HISTORY, HISTORY_JOBS))
    _queue(client, RANK.full_name(name))
    migrate(fresh_database)
    engine = make_engine(fresh_database, application_name="test", pool_size=3)
    yield Stage(name, sqs_endpoint, fresh_database, engine, history, jobs, tmp_path_factory.mktemp("history"))
    engine.dispose()


def _queue(client: "SQSClient", name: str) -> RealQueue:
    shape = QueueShape(
        name=name,
        dead_letter_name=f"{name}-dlq",
        visibility_timeout_seconds=900 if name.endswith("jobs") else 2,
        max_receives=5,
        retention_seconds=3600,
        dead_letter_retention_seconds=7200,
    )
    provision(client, [shape])
    return RealQueue(client, resolve_queue_url(client, name), resolve_queue_url(client, f"{name}-dlq"))


@pytest.fixture
def make(postgres_url: str) -> Iterator[Callable[[], Ledger]]:
    """Makes empty ledgers."""
    made: list[Engine] = []
    server = make_engine(postgres_url, application_name="test", pool_size=1)

    def new() -> Ledger:
        name = f"exchange_{uuid4().hex}"
        with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        url = postgres_url.removesuffix("postgres") + name
        migrate(url)
        made.append(make_engine(url, application_name="test", pool_size=5))
        return Ledger(made[-1])

    yield new
    for engine in made:
        engine.dispose()
        with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f"DROP DATABASE {engine.url.database} WITH (FORCE)"))
    server.dispose()
