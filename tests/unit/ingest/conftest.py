"""Ingest over queues and definitions in memory."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from prometheus_client import CollectorRegistry

from ledgerboard_ingest.clocks import LedgerTime
from ledgerboard_ingest.fanout import Fanout
from ledgerboard_ingest.judge import Judge
from ledgerboard_ingest.metrics import IngestMetrics
from ledgerboard_ingest.worker import SubmissionsHandler
from ledgerboard_testkit.memory import FixedClock, MemoryLevels, MemorySender, MemorySessions
from ledgerboard_testkit.submissions import MemoryDefinitions


@dataclass
class Bench:
    """The handler and everything around it."""

    definitions: MemoryDefinitions
    rank: MemorySender
    history: MemorySender
    dead_letters: MemorySender
    fanout: Fanout
    handler: SubmissionsHandler
    registry: CollectorRegistry
    clock: FixedClock
    sessions: MemorySessions
    levels: MemoryLevels

    def counted(self, name: str, **labels: str) -> float:
        return self.registry.get_sample_value(name, labels) or 0.0


@pytest.fixture
def bench() -> Iterator[Bench]:
    clock, definitions, registry = FixedClock(), MemoryDefinitions(), CollectorRegistry()
    sessions, levels = MemorySessions(clock), MemoryLevels()
    definitions.define("race")
    rank, history, dead_letters = MemorySender(), MemorySender(), MemorySender()
    metrics = IngestMetrics(registry)
    with ThreadPoolExecutor(1) as executor:
        fanout = Fanout(rank, history, dead_letters, executor, metrics)
        handler = SubmissionsHandler(Judge(definitions, sessions, levels), fanout, LedgerTime(clock), metrics)
        yield Bench(definitions, rank, history, dead_letters, fanout, handler, registry, clock, sessions, levels)
