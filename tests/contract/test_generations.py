from collections.abc import Iterator
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import Engine

from ledgerboard_ledger import PostgresGenerations
from ledgerboard_testkit.memory.dependency import FixedClock
from ledgerboard_testkit.memory.generations import MemoryGenerations
from ledgerboard_testkit.relay import Relay
from ledgerboard_testkit.suites.generations import GenerationsSuite
from tests.contract.outages import outage_of


class TestMemoryGenerations(GenerationsSuite):
    @pytest.fixture
    def generations(self) -> MemoryGenerations:
        return MemoryGenerations(FixedClock())

    @pytest.fixture
    def outage(self, generations: MemoryGenerations) -> AbstractContextManager[None]:
        return outage_of(generations)


class TestPostgresGenerations(GenerationsSuite):
    @pytest.fixture
    def generations(self, relayed: Engine) -> Iterator[PostgresGenerations]:
        generations = PostgresGenerations(relayed)
        yield generations
        for each in generations.list():
            generations.abandon(each.board, each.number)

    @pytest.fixture
    def outage(self, relay: Relay) -> AbstractContextManager[None]:
        return outage_of(relay)
