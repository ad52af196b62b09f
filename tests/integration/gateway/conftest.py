from collections.abc import Iterator

import pytest

from ledgerboard_ledger import migrate
from ledgerboard_testkit.relay import Relay


@pytest.fixture(scope="module")
def ledger_url(fresh_database: str) -> str:
    """A database with the ledger's schema."""
    migrate(fresh_database)
    return fresh_database


@pytest.fixture(scope="module")
def relays(sqs_endpoint: str, redis_url: str, ledger_url: str) -> Iterator[dict[str, Relay]]:
    """What can be cut, held or delayed between the gateway and each server."""
    with (
        Relay.before(sqs_endpoint) as sqs,
        Relay.before(redis_url) as redis,
        Relay.before(ledger_url) as postgres,
    ):
        yield {"sqs": sqs, "redis": redis, "postgres": postgres}
