"""One view of a million players, or of as many as are asked for: what a rank read takes, and what a player weighs.

The plays are of a year whose months, weeks and days are no longer kept, so the board has its view of all time alone and
the memory that it takes is that view's.
"""

import random
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import redis

from benchmarks.bare import bare_server
from benchmarks.figures import Figure, least_of
from benchmarks.folding import definition_of, orders_of
from benchmarks.load import Load, Pace, request_bytes, run_load
from benchmarks.pipeline import STAGE
from benchmarks.waiting import wait_until
from ledgerboard_boards import RedisBoards, RedisStandings
from ledgerboard_contracts import ALL_TIME, DEFAULT_OPTIONS, Fact, FactEnvelope, View
from ledgerboard_dev.stack import Stack
from ledgerboard_infra.ids import new_uuid7
from ledgerboard_infra.postgres import make_engine
from ledgerboard_ledger import PostgresDefinitions

MILLION = 1_000_000
AT_ONCE = 10_000
READS = 20_000
CONNECTIONS = 8
READS_A_SECOND = 500
SECONDS = 5.0
WARM_SECONDS = 1.0
ROUNDS = 3
THREADS = 64
BARE = "bench-big:bare"
YEAR = datetime(2021, 3, 1, tzinfo=UTC)
MAX_BOARDS_SCORE = 10**9


def board(stack: Stack, players: int = MILLION) -> list[Figure]:
    """Fill a bare sorted set and a board with the same players and scores, then weigh and read both."""
    client = redis.Redis.from_url(stack.valkey.url)
    name = f"bench-big-{players}"
    bare_bytes = _bytes_of(client, lambda: _fill_bare(client, players))
    board_bytes = _bytes_of(client, lambda: _fill_board(client, name, players))
    wait_until(
        lambda: not client.info("persistence")["aof_rewrite_in_progress"], 600, "the append-only file is written"
    )
    return [
        Figure(
            name=f"memory a player and view, {players:,} players",
            value=board_bytes / players,
            floor=bare_bytes / players,
            unit="bytes",
            floor_is="ZADD of the same ids and scores",
            target="<= 2.2x",
        ),
        _rank_direct(client, name, players),
        _rank_through_gateway(stack, name, players),
    ]


def _fill_bare(client: redis.Redis, players: int) -> None:
    for start, scores in _scores(players):
        client.zadd(BARE, {f"player-{start + at}": score for at, score in enumerate(scores)})


def _fill_board(client: redis.Redis, name: str, players: int) -> None:
    boards, definition, now = RedisBoards(client, STAGE), definition_of(name), datetime.now(UTC)
    event_id = new_uuid7(now)  # A board of bests never looks at it.
    for start, scores in _scores(players):
        facts = tuple(
            Fact(
                event_id=event_id,
                player=f"player-{start + at}",
                score=score,
                occurred_at=YEAR + timedelta(microseconds=start + at),
            )
            for at, score in enumerate(scores)
        )
        envelope = FactEnvelope(envelope_id=uuid4(), correlation_id="bench", board=name, board_version=1, facts=facts)
        boards.fold(orders_of(client, STAGE, [(envelope, definition)]), now)


def _scores(players: int) -> Iterator[tuple[int, list[int]]]:
    """The same scores at every call, some thousands at once, each lot with the number of its first player."""
    dice = random.Random(1)
    for start in range(0, players, AT_ONCE):
        yield start, [dice.randrange(MAX_BOARDS_SCORE) for _ in range(min(AT_ONCE, players - start))]


def _bytes_of(client: redis.Redis, fill: Callable[[], None]) -> int:
    """By how much ``fill`` makes the server's memory grow."""
    before = int(client.info("memory")["used_memory_dataset"])
    fill()
    return int(client.info("memory")["used_memory_dataset"]) - before


def _rank_direct(client: redis.Redis, name: str, players: int) -> Figure:
    standings, view = RedisStandings(client, STAGE), View(name, ALL_TIME)

    def read(player: str) -> None:
        assert standings.standing(view, DEFAULT_OPTIONS, player) is not None

    floor, value = least_of(
        ROUNDS,
        lambda: _p99_seconds(lambda player: client.zrank(BARE, player), players),
        lambda: _p99_seconds(read, players),
    )
    return Figure(
        name=f"rank read straight from the boards, p99, {players:,} players",
        value=value * 1000,
        floor=floor * 1000,
        unit="ms",
        floor_is="ZRANK in the bare set, same connection",
        target="",
    )


def _p99_seconds(read: Callable[[str], object], players: int) -> float:
    load, dice = Load(), random.Random(2)
    for _ in range(READS):
        player = f"player-{dice.randrange(players)}"
        started = time.perf_counter()
        read(player)
        load.latencies.append(time.perf_counter() - started)
    return load.percentile(99)


def _rank_through_gateway(stack: Stack, name: str, players: int) -> Figure:
    PostgresDefinitions(make_engine(stack.database_url, application_name="bench", pool_size=1)).ensure(name)
    dice = random.Random(3)

    def request(_: int) -> bytes:
        return request_bytes("GET", f"/v1/boards/{name}/players/player-{dice.randrange(players)}")

    gateway = stack.services["gateway"].port
    with bare_server(THREADS) as port:
        floor, value = least_of(
            ROUNDS, lambda: _paced_p99(port, request, 202), lambda: _paced_p99(gateway, request, 200)
        )
    return Figure(
        name=f"rank read in the gateway at {READS_A_SECOND}/s, p99, {players:,} players",
        value=value * 1000,
        floor=floor * 1000,
        unit="ms",
        floor_is="the same server answering without any work",
        target="< 5 at 10,000,000 players",
    )


def _paced_p99(port: int, request: Callable[[int], bytes], expected: int) -> float:
    """In seconds, at a rate that leaves the machine room: what is asked for is what a read takes, not a queue."""
    run_load(port, request, connections=CONNECTIONS, pace=Pace(seconds=WARM_SECONDS, rate=READS_A_SECOND))
    load = run_load(port, request, connections=CONNECTIONS, pace=Pace(seconds=SECONDS, rate=READS_A_SECOND))
    assert set(load.statuses) == {expected}, load.statuses
    return load.percentile(99)
