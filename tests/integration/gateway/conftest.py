from collections.abc import Iterator
from urllib.parse import urlsplit

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
        Relay(urlsplit(sqs_endpoint).port or 0) as sqs,
        Relay(urlsplit(redis_url).port or 0) as redis,
        Relay(urlsplit(ledger_url).port or 0) as postgres,
    ):
        yield {"sqs": sqs, "redis": redis, "postgres": postgres}
