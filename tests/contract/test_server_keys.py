from contextlib import AbstractContextManager

import pytest
from sqlalchemy import Engine, text

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


class TestPostgresServerKeys(ServerKeysSuite):
    @pytest.fixture
    def keys(self, relayed: Engine) -> PostgresServerKeys:
        with relayed.begin() as connection:
            connection.execute(text("DELETE FROM server_keys"))
        return PostgresServerKeys(relayed)

    @pytest.fixture
    def outage(self, relay: Relay) -> AbstractContextManager[None]:
        return outage_of(relay)
