from collections.abc import Iterator
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import Engine, text

from ledgerboard_infra.postgres import make_engine
from ledgerboard_ledger import PostgresServerKeys
from ledgerboard_testkit.memory import MemoryServerKeys
from ledgerboard_testkit.relay import Relay
from ledgerboard_testkit.suites.server_keys import ServerKeysSuite
from tests.contract.outages import outage_of


class TestMemoryServerKeys(ServerKeysSuite):
    @pytest.fixture
    def keys(self) -> MemoryServerKeys:
        return MemoryServerKeys()

    @pytest.fixture
    def outage(self, keys: MemoryServerKeys) -> AbstractContextManager[None]:
        return outage_of(keys)


@pytest.fixture(scope="module")
def relay(ledger_url: str) -> Iterator[Relay]:
    with Relay.before(ledger_url) as relay:
        yield relay


@pytest.fixture(scope="module")
def engine(ledger_url: str, relay: Relay) -> Iterator[Engine]:
    engine = make_engine(relay.through(ledger_url), application_name="test", pool_size=2)
    yield engine
    engine.dispose()


class TestPostgresServerKeys(ServerKeysSuite):
    @pytest.fixture
    def keys(self, engine: Engine) -> PostgresServerKeys:
        with engine.begin() as connection:
            connection.execute(text("DELETE FROM server_keys"))
        return PostgresServerKeys(engine)

    @pytest.fixture
    def outage(self, relay: Relay) -> AbstractContextManager[None]:
        return outage_of(relay)
