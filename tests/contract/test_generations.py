from collections.abc import Iterator
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import Engine

from ledgerboard_infra.postgres import make_engine
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


@pytest.fixture(scope="module")
def relay(ledger_url: str) -> Iterator[Relay]:
    with Relay.before(ledger_url) as relay:
        yield relay


@pytest.fixture(scope="module")
def engine(ledger_url: str, relay: Relay) -> Iterator[Engine]:
    engine = make_engine(relay.through(ledger_url), application_name="test", pool_size=2)
    yield engine
    engine.dispose()


class TestPostgresGenerations(GenerationsSuite):
    @pytest.fixture
    def generations(self, engine: Engine) -> Iterator[PostgresGenerations]:
        generations = PostgresGenerations(engine)
        yield generations
        for each in generations.list():
            generations.abandon(each.board, each.number)

    @pytest.fixture
    def outage(self, relay: Relay) -> AbstractContextManager[None]:
        return outage_of(relay)
