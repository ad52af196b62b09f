"""What the workers do with plays, done by the test itself: record them, and fold them into the boards."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy import Engine

from ledgerboard_boards import BoardStates, FoldOrder, GenerationState, RedisBoards, Stale
from ledgerboard_contracts import BoardDefinition, Fact
from ledgerboard_infra.valkey import RedisClient
from ledgerboard_ledger import LedgerWriter
from ledgerboard_ledger.generations import PostgresGenerations
from ledgerboard_testkit.plays import make_envelope


@dataclass
class Playing:
    """The boards of one stage, and their ledger."""

    client: RedisClient
    stage: str
    engine: Engine
    facts: dict[str, list[Fact]] = field(default_factory=dict)

    def play(self, definition: BoardDefinition, facts: Sequence[Fact]) -> None:
        """Record and fold."""
        board = definition.board
        self.facts.setdefault(board, []).extend(facts)
        LedgerWriter(self.engine).append([make_envelope(board, facts)], [])
        generation, is_first = PostgresGenerations(self.engine).adopt(board, definition.version)
        if is_first:
            self.states.create(board, [GenerationState(generation.number, definition.version)], generation.number)
        self.fold(definition, generation.number, facts)

    def fold(self, definition: BoardDefinition, generation: int, facts: Sequence[Fact]) -> None:
        """Fold into one generation, as an envelope of its own."""
        state = self.states.get(definition.board)
        assert state is not None
        order = FoldOrder(make_envelope(definition.board, facts), definition.options, generation, state.version)
        (result,) = RedisBoards(self.client, self.stage).fold([order], datetime.now(UTC))
        assert not isinstance(result, Stale)

    def rebuild(self, definition: BoardDefinition) -> None:
        """Make the next generation out of all plays, and swap."""
        board, generations = definition.board, PostgresGenerations(self.engine)
        requested = generations.request(board, board_version=definition.version, reason="test", author="test")
        state = self.states.get(board)
        assert state is not None
        following = GenerationState(requested.number, definition.version)
        both = (*state.generations, following)
        assert self.states.replace(board, state.version, live=state.live, generations=both)
        self.fold(definition, requested.number, self.facts[board])
        state = self.states.get(board)
        assert state is not None
        assert self.states.replace(board, state.version, live=requested.number, generations=(following,))

    def drop(self, board: str, generation: int) -> None:
        """Delete the keys of a generation that is not live."""
        while not RedisBoards(self.client, self.stage).drop(board, generation, 1000):
            pass

    @property
    def states(self) -> BoardStates:
        return BoardStates(self.client, self.stage)


def board_name() -> str:
    """One that no other test uses."""
    return f"race-{uuid4().hex[:8]}"
