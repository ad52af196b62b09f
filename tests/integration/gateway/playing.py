"""What the workers do with plays, done by the test itself: record them, and fold them into the boards."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from typing import Any, Final
from uuid import uuid4

import msgspec
from sqlalchemy import Engine

from ledgerboard_boards import BoardStates, FoldOrder, GenerationState, RedisBoards, Refusal
from ledgerboard_contracts import BoardDefinition, Fact
from ledgerboard_infra.valkey import RedisClient
from ledgerboard_ledger import LedgerWriter
from ledgerboard_ledger.generations import PostgresGenerations
from ledgerboard_testkit.plays import make_envelope, make_fact
from tests.integration.gateway.processes import GatewayProcess

NOW: Final = datetime.now(UTC)
LONG_AGO: Final = NOW - timedelta(days=30)
Told = tuple[int, str | None, Any]
"""Status, who answered where it was not the boards, and the JSON of an answer."""


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
        generation, is_first = PostgresGenerations(self.engine).adopt(board, definition.version)
        LedgerWriter(self.engine).append([make_envelope(board, facts)], [])
        if is_first:
            self.states.create(board, [GenerationState(generation.number, definition.version)], generation.number)
        self.fold(definition, generation.number, facts)

    def fold(self, definition: BoardDefinition, generation: int, facts: Sequence[Fact]) -> None:
        """Fold into one generation, as an envelope of its own."""
        state = self.states.get(definition.board)
        assert state is not None
        order = FoldOrder(make_envelope(definition.board, facts), definition.options, generation, state.version)
        (result,) = RedisBoards(self.client, self.stage).fold([order], datetime.now(UTC))
        assert not isinstance(result, Refusal)

    def rebuild(self, definition: BoardDefinition) -> None:
        """Make the next generation out of all plays, and swap."""
        board, generations = definition.board, PostgresGenerations(self.engine)
        requested = generations.request(board, board_version=definition.version, reason="test", author="test")
        generations.open(board, requested.number)
        state = self.states.get(board)
        assert state is not None
        following = GenerationState(requested.number, definition.version)
        both = (*state.generations, following)
        assert self.states.replace(board, state.version, live=state.live, generations=both)
        self.fold(definition, requested.number, self.facts[board])
        state = self.states.get(board)
        assert state is not None
        assert self.states.replace(board, state.version, live=requested.number, generations=(following,))
        generations.finish(board, requested.number)

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


def plays(number: int) -> Iterator[Fact]:
    """So many plays of eleven players, and one of long ago."""
    for each in range(number):
        at = NOW - timedelta(days=each % 3, microseconds=each % 7)
        level, session = ("a" if each % 2 else "b"), ("s" if each % 3 else None)
        yield make_fact(f"p{each % 11}", each % 13, at, level=level, session=session, attributes={"lives": each % 4})
    yield make_fact("old", 1, LONG_AGO)


def read(gateway: GatewayProcess, path: str) -> Told:
    """One answer, over a connection of its own."""
    connection = HTTPConnection("127.0.0.1", gateway.port, timeout=15)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read()
        return answer.status, answer.getheader("Ledgerboard-Source"), msgspec.json.decode(body) if body else None
    finally:
        connection.close()
