"""A total counts each envelope once, through crashes, repeats and the dead letters."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

import pytest
import redis

from ledgerboard_boards import BoardStates, FoldOrder, GenerationState, RedisBoards, RedisStandings
from ledgerboard_contracts import (
    ALL_TIME,
    BoardOptions,
    FactEnvelope,
    FactsMessage,
    Policy,
    View,
    wire,
)
from ledgerboard_infra.postgres import make_engine
from ledgerboard_ledger import PostgresDefinitions
from ledgerboard_testkit.plays import make_envelope, make_fact
from ledgerboard_testkit.polling import eventually
from ledgerboard_testkit.queues import RealQueue
from ledgerboard_testkit.rankings import expected_standings

NOW = datetime.now(UTC)
OPTIONS = BoardOptions(policy=Policy.TOTAL)


@pytest.fixture
def client(redis_url: str) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(redis_url) as client:
        yield client


def envelopes(count: int, first: int = 0) -> list[FactEnvelope]:
    numbers = range(first, first + count)
    return [make_envelope("sums", [make_fact(f"player-{i % 3}", i, NOW), make_fact("ann", 1, NOW)]) for i in numbers]


def body(*parts: FactEnvelope) -> str:
    return wire.encode(FactsMessage(envelopes=parts))


@pytest.mark.usefixtures("ranker")
def test_a_total_counts_each_envelope_once_through_crashes_repeats_and_dead_letters(
    client: redis.Redis, queue: RealQueue, stage: str, environment: Mapping[str, str]
) -> None:
    standings = RedisStandings(client, stage)
    crashed, plain, buried = envelopes(4), envelopes(20, 10), envelopes(1, 100)[0]
    early = make_envelope("sums", [make_fact("bob", 5, NOW)], board_version=2)
    states = BoardStates(client, stage)
    states.create("sums", [GenerationState(1, 1)], 1)
    state = states.get("sums")
    assert state is not None
    RedisBoards(client, stage).fold([FoldOrder(each, OPTIONS, 1, state.version) for each in crashed], NOW)
    bodies = [body(*crashed[:2]), body(crashed[2], plain[0]), body(crashed[3]), *(body(each) for each in plain)]
    queue.send(*bodies, *bodies[::-1], body(buried, early))
    eventually(queue.is_empty, within_seconds=60, what="an empty queue")
    facts = [fact for each in [*crashed, *plain, buried] for fact in each.facts]
    assert standings.page(View("sums", ALL_TIME), OPTIONS, 0, 100).standings == expected_standings(
        facts, OPTIONS, View("sums", ALL_TIME)
    )

    assert set(queue.dead_letters()) == {body(buried, early)}

    engine = make_engine(environment["LEDGERBOARD_DATABASE_URL"], application_name="test", pool_size=1)
    PostgresDefinitions(engine).define("sums", BoardOptions(policy=Policy.TOTAL, title="Sums"))
    engine.dispose()
    queue.send(body(buried, early))
    eventually(queue.is_empty, within_seconds=60, what="an empty queue")
    assert standings.page(View("sums", ALL_TIME), OPTIONS, 0, 100).standings == expected_standings(
        [*facts, *early.facts], OPTIONS, View("sums", ALL_TIME)
    )
