from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from ledgerboard_infra.postgres import make_engine
from ledgerboard_testkit.relay import Relay


@pytest.fixture(scope="module")
def relay(ledger_url: str) -> Iterator[Relay]:
    """Stands before the ledger."""
    with Relay.before(ledger_url) as relay:
        yield relay


@pytest.fixture(scope="module")
def relayed(ledger_url: str, relay: Relay) -> Iterator[Engine]:
    """The way to the ledger by the relay."""
    engine = make_engine(relay.through(ledger_url), application_name="test", pool_size=2)
    yield engine
    engine.dispose()
