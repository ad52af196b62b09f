from collections.abc import Iterator
from contextlib import AbstractContextManager
from uuid import uuid4

import pytest
import redis

from ledgerboard_testkit.first_generation import FirstGeneration
from ledgerboard_testkit.queues import RealQueue
from ledgerboard_testkit.relay import Relay
from tests.integration.gateway.processes import GatewayProcess, Start, gateway_process, submissions_queue


@pytest.fixture(scope="module")
def stage() -> str:
    return f"test-{uuid4().hex[:12]}"


@pytest.fixture(scope="module")
def queue(sqs_endpoint: str, stage: str) -> RealQueue:
    """The queue that a gateway of the stage submits to."""
    return submissions_queue(sqs_endpoint, stage)


@pytest.fixture
def start(sqs_endpoint: str, redis_url: str, ledger_url: str) -> Start:
    """Starts a gateway with a queue of its own."""

    def starting(**settings: str) -> AbstractContextManager[GatewayProcess]:
        stage = f"test-{uuid4().hex[:12]}"
        submissions_queue(sqs_endpoint, stage)
        return gateway_process(sqs_endpoint, redis_url, ledger_url, stage, **settings)

    return starting


@pytest.fixture(scope="module")
def folding(valkey: redis.Redis, stage: str) -> FirstGeneration:
    """Folds facts into the stage's boards, in place of a ranker."""
    return FirstGeneration(valkey, stage)


@pytest.fixture(scope="module")
def relays(sqs_endpoint: str, redis_url: str, ledger_url: str) -> Iterator[dict[str, Relay]]:
    """What can be cut, held or delayed between the gateway and each server."""
    with (
        Relay.before(sqs_endpoint) as sqs,
        Relay.before(redis_url) as redis,
        Relay.before(ledger_url) as postgres,
    ):
        yield {"sqs": sqs, "redis": redis, "postgres": postgres}
