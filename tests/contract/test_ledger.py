from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import Engine

from ledgerboard_contracts import FactEnvelope, Rejection
from ledgerboard_infra.postgres import make_engine
from ledgerboard_ledger import AppendResult, LedgerReader, LedgerWriter
from ledgerboard_testkit.memory import MemoryLedger
from ledgerboard_testkit.relay import Relay
from ledgerboard_testkit.suites.ledger import LedgerSuite
from tests.contract.outages import outage_of


class TestMemoryLedger(LedgerSuite):
    @pytest.fixture
    def ledger(self) -> MemoryLedger:
        return MemoryLedger()

    @pytest.fixture
    def outage(self, ledger: MemoryLedger) -> AbstractContextManager[None]:
        return outage_of(ledger)


class PostgresLedger(LedgerReader):
    """The reader, with the writer's one method."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine, engine)
        self._appends = LedgerWriter(engine)

    def append(self, envelopes: Sequence[FactEnvelope], rejections: Sequence[Rejection]) -> AppendResult:
        return self._appends.append(envelopes, rejections)


@pytest.fixture(scope="module")
def ledger(ledger_url: str, relay: Relay) -> Iterator[PostgresLedger]:
    engine = make_engine(relay.through(ledger_url), application_name="test", pool_size=2)
    yield PostgresLedger(engine)
    engine.dispose()


class TestLedgerWriterAndReader(LedgerSuite):
    @pytest.fixture
    def outage(self, relay: Relay) -> AbstractContextManager[None]:
        return outage_of(relay)
