from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from ledgerboard_infra.clock import SystemClock
from ledgerboard_ledger import CurrentDefinitions, PostgresDefinitions
from ledgerboard_testkit.memory import MemoryRecord
from ledgerboard_testkit.relay import Relay
from ledgerboard_testkit.suites.definitions import DefinitionsSuite, KnownDefinitionsSuite
from tests.contract.outages import outage_of


class TestMemoryRecord(DefinitionsSuite, KnownDefinitionsSuite):
    @pytest.fixture
    def definitions(self) -> MemoryRecord:
        return MemoryRecord()

    @pytest.fixture
    def known(self, definitions: MemoryRecord) -> MemoryRecord:
        return definitions

    @pytest.fixture
    def outage(self, definitions: MemoryRecord) -> AbstractContextManager[None]:
        return outage_of(definitions)


class TestPostgresDefinitions(DefinitionsSuite):
    @pytest.fixture
    def definitions(self, relayed: Engine) -> PostgresDefinitions:
        return PostgresDefinitions(relayed)

    @pytest.fixture
    def outage(self, relay: Relay) -> AbstractContextManager[None]:
        return outage_of(relay)


class TestCurrentDefinitions(KnownDefinitionsSuite):
    @pytest.fixture
    def definitions(self, relayed: Engine) -> PostgresDefinitions:
        return PostgresDefinitions(relayed)

    @pytest.fixture
    def known(self, definitions: PostgresDefinitions) -> Iterator[CurrentDefinitions]:
        known = CurrentDefinitions(definitions, SystemClock(), timedelta(seconds=60))
        yield known
        known.close()
