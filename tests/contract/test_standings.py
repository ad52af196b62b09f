from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from uuid import uuid4

import pytest
import redis

from ledgerboard_boards import BoardStates, FoldOrder, GenerationState, RedisBoards, RedisStandings
from ledgerboard_contracts import DEFAULT_OPTIONS, Fact, Order
from ledgerboard_infra.settings import RedisSettings
from ledgerboard_infra.valkey import make_redis
from ledgerboard_testkit.first_generation import FirstGeneration
from ledgerboard_testkit.memory import FixedClock, MemoryStandings
from ledgerboard_testkit.plays import make_definition, make_envelope
from ledgerboard_testkit.relay import Relay
from ledgerboard_testkit.suites.standings import NOW, Add, GenerationsSuite, Move, StandingsSuite
from tests.contract.outages import outage_of


class TestMemoryStandings(StandingsSuite, GenerationsSuite):
    @pytest.fixture
    def standings(self) -> MemoryStandings:
        return MemoryStandings(FixedClock(NOW))

    @pytest.fixture
    def add(self, standings: MemoryStandings) -> Add:
        def add(board: str, *facts: Fact, order: Order = Order.DESC) -> None:  # noqa: ARG001 -- it is told when reading.
            standings.add(board, *facts)

        return add

    @pytest.fixture
    def move(self, standings: MemoryStandings) -> Move:
        return standings.move

    @pytest.fixture
    def outage(self, standings: MemoryStandings) -> AbstractContextManager[None]:
        return outage_of(standings)


@pytest.fixture(scope="module")
def relay(redis_url: str) -> Iterator[Relay]:
    with Relay.before(redis_url) as relay:
        yield relay


@pytest.fixture(scope="module")
def client(redis_url: str, relay: Relay) -> Iterator[redis.Redis]:
    with make_redis(RedisSettings(url=relay.through(redis_url))) as client:
        yield client


class TestRedisBoardsAndStandings(StandingsSuite, GenerationsSuite):
    @pytest.fixture
    def stage(self) -> str:
        return f"test-{uuid4().hex[:12]}"

    @pytest.fixture
    def standings(self, client: redis.Redis, stage: str) -> RedisStandings:
        return RedisStandings(client, stage)

    @pytest.fixture
    def add(self, client: redis.Redis, stage: str) -> Add:
        """Folds in three envelopes, the last of which repeats the first."""
        boards = FirstGeneration(client, stage)

        def add(board: str, *facts: Fact, order: Order = Order.DESC) -> None:
            half, definition = len(facts) // 2, make_definition(board, order)
            parts = [facts[half:], facts[:half], facts[half:]]
            boards.fold(
                [(make_envelope(board, part), definition) for part in parts if part], NOW + timedelta(seconds=1)
            )

        return add

    @pytest.fixture
    def move(self, client: redis.Redis, stage: str) -> Move:
        """Folds while the former generation is live, then swaps and drops."""
        boards, states = RedisBoards(client, stage), BoardStates(client, stage)

        def move(board: str, generation: int, *facts: Fact) -> None:
            state = states.get(board)
            assert state is not None
            following = GenerationState(generation, 1)
            assert states.replace(board, state.version, live=state.live, generations=(*state.generations, following))
            version = states.get_many([board])[board].version
            order = FoldOrder(make_envelope(board, facts), DEFAULT_OPTIONS, generation, version)
            boards.fold([order], NOW)
            assert states.replace(board, version, live=generation, generations=[following])
            assert all(boards.drop(board, each.number, 100) for each in state.generations)

        return move

    @pytest.fixture
    def outage(self, relay: Relay) -> AbstractContextManager[None]:
        return outage_of(relay)
