"""A stage of its own for each test: real queues, a real database behind a relay, and ingest as it is built."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

import pytest
import sqlalchemy
from prometheus_client import CollectorRegistry

from ledgerboard_contracts.queues import HISTORY, RANK, SUBMISSIONS, QueueSpec
from ledgerboard_infra.health import OpsServer
from ledgerboard_infra.postgres import make_engine
from ledgerboard_infra.settings import from_env
from ledgerboard_infra.sqs import resolve_queue_url, sqs_client
from ledgerboard_ingest.bootstrap import make_queues, worker
from ledgerboard_ingest.settings import Settings
from ledgerboard_ledger import PostgresDefinitions, migrate
from ledgerboard_testkit.queues import RealQueue
from ledgerboard_testkit.relay import Relay
from ledgerboard_testkit.streams import Running


@dataclass(frozen=True)
class Stage:
    """What surrounds one ingest."""

    environment: dict[str, str]
    submissions: RealQueue
    rank: RealQueue
    history: RealQueue
    definitions: PostgresDefinitions
    database: Relay

    @contextmanager
    def ingest(self) -> Iterator[OpsServer]:
        """Run ingest inside the block, and drain it at the end."""
        with worker(from_env(Settings, self.environment)) as (runtime, ops_server), ops_server:
            running = Running(runtime, CollectorRegistry())
            try:
                yield ops_server
            finally:
                running.stop()
        assert running.drained


@pytest.fixture(scope="module")
def migrated(fresh_database: str) -> str:
    migrate(fresh_database)
    return fresh_database


@pytest.fixture
def stage(migrated: str, sqs_endpoint: str) -> Iterator[Stage]:
    url = sqlalchemy.make_url(migrated)
    assert url.port is not None
    with Relay(url.port) as relay:
        name = f"t{uuid4().hex[:12]}"
        environment = {
            "LEDGERBOARD_STAGE": name,
            "LEDGERBOARD_SQS_ENDPOINT_URL": sqs_endpoint,
            "LEDGERBOARD_DATABASE_URL": url.set(port=relay.port).render_as_string(hide_password=False),
            "LEDGERBOARD_OPS_PORT": "0",
            "LEDGERBOARD_STREAM_WAIT_SECONDS": "1",
            "LEDGERBOARD_STREAM_RETRY_BASE_SECONDS": "0.1",
            "LEDGERBOARD_STREAM_RETRY_MAX_SECONDS": "0.2",
            "LEDGERBOARD_STREAM_OUTAGE_MAX_SECONDS": "0.3",
        }
        settings = from_env(Settings, environment)
        make_queues(settings)
        client = sqs_client(settings.aws)

        def queue(spec: QueueSpec) -> RealQueue:
            url = resolve_queue_url(client, spec.full_name(name))
            return RealQueue(client, url, resolve_queue_url(client, spec.dead_letter_name(name)))

        engine = make_engine(migrated, application_name="test", pool_size=1)
        yield Stage(environment, queue(SUBMISSIONS), queue(RANK), queue(HISTORY), PostgresDefinitions(engine), relay)
        engine.dispose()
