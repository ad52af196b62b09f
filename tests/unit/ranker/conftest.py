"""The ranker on boards and definitions in memory."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from prometheus_client import CollectorRegistry

from ledgerboard_boards import FoldResult, Mark
from ledgerboard_contracts import BoardDefinition, FactEnvelope, Policy
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_ranker.metrics import RankerMetrics
from ledgerboard_ranker.projection import Projection
from ledgerboard_testkit.plays import make_definition

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


class MemoryDefinitions:
    """Boards ``chess``, ``race`` and ``sums``, which totals, version 1 each."""

    def version(self, board: str, version: int) -> BoardDefinition | None:
        if board not in {"chess", "race", "sums"} or version != 1:
            return None
        return make_definition(board, policy=Policy.TOTAL if board == "sums" else Policy.BEST)


@dataclass
class MemoryBoards:
    """Notes what it is given. An envelope that it knows changes nothing."""

    folded: list[FactEnvelope] = field(default_factory=list)
    acknowledged_marks: list[Mark] = field(default_factory=list)
    settled_marks: list[Mark] = field(default_factory=list)
    calls: int = 0
    down: bool = False

    def fold(self, batch: Sequence[tuple[FactEnvelope, BoardDefinition]], now: datetime) -> Sequence[FoldResult]:
        assert now == NOW
        if self.down:
            raise UnavailableError("down")
        self.calls += 1
        return [self._fold(envelope) for envelope, _ in batch]

    def acknowledged(self, marks: Sequence[Mark]) -> None:
        if self.down:
            raise UnavailableError("down")
        self.acknowledged_marks += marks

    def settled(self, marks: Sequence[Mark]) -> None:
        if self.down:
            raise UnavailableError("down")
        self.settled_marks += marks

    def _fold(self, envelope: FactEnvelope) -> FoldResult:
        repeated = envelope in self.folded
        self.folded.append(envelope)
        return FoldResult(0, 0, 0) if repeated else FoldResult(4 * len(envelope.facts), 4, 1)


class StoppedClock:
    """It is always `NOW`."""

    def now(self) -> datetime:
        return NOW


@pytest.fixture
def boards() -> MemoryBoards:
    return MemoryBoards()


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def counted(registry: CollectorRegistry) -> Callable[..., float]:
    """The value of a metric; its labels are keyword arguments."""

    def value(name: str, **labels: str) -> float:
        return registry.get_sample_value(name, labels) or 0.0

    return value


@pytest.fixture
def projection(boards: MemoryBoards, registry: CollectorRegistry) -> Projection:
    return Projection(MemoryDefinitions(), boards, RankerMetrics(registry), StoppedClock())
