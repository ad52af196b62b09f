"""The ranker on boards and definitions in memory."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

import pytest
from prometheus_client import CollectorRegistry

from ledgerboard_boards import AMBIGUOUS, STALE, BoardState, FoldOrder, FoldResult, GenerationState, Refusal
from ledgerboard_contracts import BoardDefinition, Fact, FactEnvelope, Policy
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_ranker.known import KnownStates
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
    """Notes what it is given. An envelope that it knows changes nothing; one of ``forgotten`` it may know or not."""

    folded: list[FactEnvelope] = field(default_factory=list)
    orders: list[FoldOrder] = field(default_factory=list)
    forgotten: set[UUID] = field(default_factory=set)
    calls: int = 0
    down: bool = False
    state_version: int = 1

    def fold(self, orders: Sequence[FoldOrder], now: datetime) -> Sequence[FoldResult | Refusal]:
        assert now == NOW
        if self.down:
            raise UnavailableError("down")
        self.calls += 1
        return [self._fold(each) for each in orders]

    def _fold(self, order: FoldOrder) -> FoldResult | Refusal:
        envelope = order.envelope
        if order.state_version != self.state_version:
            return STALE
        if order.adds and envelope.envelope_id in self.forgotten:
            return AMBIGUOUS
        self.orders.append(order)
        repeated = envelope in self.folded
        self.folded.append(envelope)
        return FoldResult(0, 0, 0) if repeated else FoldResult(4 * len(envelope.facts), 4, 1)


@dataclass
class MemoryStates:
    """Every board has the generations that stand here; ``founded`` are those that had to be given a state."""

    boards: MemoryBoards
    generations: tuple[GenerationState, ...] = (GenerationState(1, 1),)
    founded: list[str] = field(default_factory=list)

    def get_many(self, boards: Sequence[str]) -> Mapping[str, BoardState]:
        return {board: self.ensure(board, 1) for board in boards if board in self.founded}

    def ensure(self, board: str, board_version: int) -> BoardState:
        if board not in self.founded:
            self.founded.append(board)
        return BoardState(self.boards.state_version, board_version, self.generations)


@dataclass
class MemoryReplay:
    """What was recorded in which snapshot, and what does not count."""

    recorded: dict[str, set[UUID]] = field(default_factory=dict)
    void: set[UUID] = field(default_factory=set)
    forgotten: set[UUID] = field(default_factory=set)
    reset: datetime | None = None
    asked: int = 0

    def contained(self, event_ids: Collection[UUID], snapshot: str) -> set[UUID]:
        self.asked += 1
        return self.recorded.get(snapshot, set()) & set(event_ids)

    def voided(self, event_ids: Collection[UUID]) -> set[UUID]:
        return self.void & set(event_ids)

    def erased(self, facts: Sequence[Fact]) -> set[UUID]:
        return self.forgotten & {fact.event_id for fact in facts}

    def reset_at(self, board: str) -> datetime | None:
        assert board
        return self.reset


@dataclass
class Noted:
    """What the projection asked of its neighbours: boards touched and confirmed, players caught up, players restated.

    ``after_restating`` is called with the board and the player. A board of ``deleted`` has nobody to restate. ``old``:
    notes are too old by the time at which they are confirmed.
    """

    touched: list[str] = field(default_factory=list)
    confirmed: list[str] = field(default_factory=list)
    caught_up: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    restated: list[tuple[str, str]] = field(default_factory=list)
    deleted: set[str] = field(default_factory=set)
    old: bool = False
    after_restating: Callable[[str, str], None] = lambda _board, _player: None

    def confirm(self, boards: Sequence[str]) -> None:
        if self.old:
            raise UnavailableError("too old")
        self.confirmed += sorted(boards)

    def touch(self, boards: Sequence[str]) -> None:
        self.touched += sorted(boards)

    def catch_up(self, board: str, players: Sequence[str]) -> None:
        self.caught_up.append((board, tuple(players)))

    def restate(self, board: str, players: Iterable[str]) -> bool:
        for player in players:
            self.restated.append((board, player))
            self.after_restating(board, player)
        return board not in self.deleted


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
def states(boards: MemoryBoards) -> MemoryStates:
    return MemoryStates(boards)


@pytest.fixture
def replay() -> MemoryReplay:
    return MemoryReplay()


@pytest.fixture
def noted() -> Noted:
    return Noted()


@pytest.fixture
def projection(
    boards: MemoryBoards, states: MemoryStates, replay: MemoryReplay, noted: Noted, registry: CollectorRegistry
) -> Projection:
    return Projection(
        MemoryDefinitions(),
        boards,
        KnownStates(states, states),
        replay,
        noted,
        noted,
        noted,
        metrics=RankerMetrics(registry),
        clock=StoppedClock(),
    )
