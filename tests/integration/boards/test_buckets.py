"""Buckets that processes share give out together what one alone would, and never a token too many."""

import os
import signal
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis.cluster import RedisCluster

from ledgerboard_boards import Bucket, RedisBuckets
from ledgerboard_boards.library import FunctionLibrary, Unguarded
from ledgerboard_dev.embedded import EmbeddedValkey
from ledgerboard_dev.processes import Guardian
from ledgerboard_dev.settings import DevSettings
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.settings import RedisSettings
from ledgerboard_infra.valkey import make_redis
from ledgerboard_testkit.memory import FixedClock, MemoryBuckets
from ledgerboard_testkit.polling import eventually

EPOCH = datetime.fromtimestamp(0, UTC)
SLOW = Bucket(rate=1 / 3600, capacity=10)
"""Gives nothing back while a test runs."""


@pytest.fixture
def buckets(client: redis.Redis, stage: str) -> RedisBuckets:
    return RedisBuckets(client, stage, Unguarded())


def test_a_bucket_gives_what_it_holds_and_then_nothing(buckets: RedisBuckets) -> None:
    found = [buckets.take("ada", SLOW, wanted) for wanted in (3, 6, 5, 1)]
    assert [each.count for each in found] == [3, 6, 1, 0]
    assert [each.left for each in found] == [7, 1, 0, 0]
    assert 3590 < found[-1].next_seconds <= 3600
    assert 35990 < found[-1].full_seconds <= 36000
    assert buckets.take("bob", SLOW, 1).count == 1


def test_an_empty_bucket_fills_again(buckets: RedisBuckets) -> None:
    fast = Bucket(rate=50, capacity=5)
    empty = buckets.take("ada", fast, 9)
    assert (empty.count, empty.left) == (5, 0)
    eventually(lambda: buckets.take("ada", fast, 0).left == 5, what="a full bucket")
    assert buckets.take("ada", fast, 9).count == 5


def test_the_wait_that_is_told_is_long_enough(buckets: RedisBuckets) -> None:
    bucket = Bucket(rate=20, capacity=2)
    buckets.take("ada", bucket, 2)
    refused = buckets.take("ada", bucket, 1)
    assert refused.count == 0
    ready = time.monotonic() + refused.next_seconds
    eventually(lambda: time.monotonic() >= ready)
    assert buckets.take("ada", bucket, 1).count == 1


def test_two_processes_share_one_bucket(redis_url: str, stage: str) -> None:
    both = [RedisBuckets(make_redis(RedisSettings(url=redis_url)), stage, Unguarded()) for _ in range(2)]
    bucket = Bucket(rate=1 / 3600, capacity=500)
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda number: both[number % 2].take("ada", bucket, 1).count, range(1000)))
    assert sum(found) == 500


def test_a_bucket_that_is_full_again_leaves_nothing_behind(
    client: redis.Redis, buckets: RedisBuckets, stage: str
) -> None:
    buckets.take("ada lovelace", Bucket(rate=100, capacity=10), 3)
    keys = client.keys(f"*{stage}*")
    assert len(keys) == 1
    assert b"ada" not in keys[0]
    assert 0 < client.pttl(keys[0]) <= 30
    eventually(lambda: not client.keys(f"*{stage}*"), what="an expired key")


def test_stages_have_buckets_of_their_own(client: redis.Redis, buckets: RedisBuckets, stage: str) -> None:
    buckets.take("ada", SLOW, 10)
    assert RedisBuckets(client, f"{stage}x", Unguarded()).take("ada", SLOW, 1).count == 1


def test_a_bucket_that_was_made_larger_or_slower_makes_nobody_wait_longer_than_an_empty_one(
    buckets: RedisBuckets,
) -> None:
    buckets.take("ada", SLOW, 10)
    faster = Bucket(rate=10, capacity=5)
    assert buckets.take("ada", faster, 0).full_seconds <= 0.5


STEPS = st.lists(st.tuples(st.integers(0, 400_000), st.integers(0, 7)), min_size=1, max_size=25)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, interval=st.integers(1, 200_000), capacity=st.integers(1, 12))
def test_it_gives_what_a_bucket_on_paper_gives(
    client: redis.Redis, steps: Sequence[tuple[int, int]], interval: int, capacity: int
) -> None:
    """The function as it is, on a clock that the test moves."""
    library, clock, key = FunctionLibrary(client, Unguarded()), FixedClock(), f"paper/{uuid4().hex}"
    buckets, bucket = MemoryBuckets(clock), Bucket(1_000_000 / interval, capacity)
    assert bucket.interval_microseconds == interval
    for pause, wanted in steps:
        clock.advance(timedelta(microseconds=pause))
        now = (clock.now() - EPOCH) // timedelta(microseconds=1)
        got = client.eval(on_paper_clock(library), 1, key, interval, capacity, wanted, now)
        paper = buckets.take(key, bucket, wanted)
        assert got == [paper.count, paper.left, round(paper.next_seconds * 1e6), round(paper.full_seconds * 1e6)]


def on_paper_clock(library: FunctionLibrary) -> str:
    """The source of ``take``, with the last argument for the time, and without the end of the key."""
    source = library._source  # noqa: SLF001 -- the very text that the server runs.
    body = source[source.index("local function take") : source.index("redis.register_function('ledgerboard_take")]
    timed = body.replace("redis.call('TIME')", "{ 0, tonumber(arguments[4]) }")
    kept = timed.replace(", 'PX', math.ceil(missing / 1000))", ")")
    assert body not in {timed, kept}
    assert timed != kept
    return f"{kept}\nreturn take(KEYS, ARGV)"


def test_buckets_spread_over_a_cluster(cluster: RedisCluster, stage: str) -> None:
    buckets = RedisBuckets(cluster, stage, Unguarded())
    for number in range(30):
        assert [buckets.take(f"p{number}", SLOW, 6).count for _ in range(2)] == [6, 4]


def test_a_server_that_hangs_is_unavailable_within_the_time_out(
    tmp_path: Path, guardian: Guardian, dev_settings: DevSettings
) -> None:
    server = EmbeddedValkey(tmp_path, guardian=guardian, choice=dev_settings.redis, durable=False)
    with server:
        buckets = RedisBuckets(make_redis(RedisSettings(url=server.url, timeout_seconds=0.1)), "dev", Unguarded())
        assert buckets.take("ada", SLOW, 1).count == 1
        os.kill(server.pid, signal.SIGSTOP)
        try:
            with pytest.raises(UnavailableError):
                buckets.take("ada", SLOW, 1)
        finally:
            os.kill(server.pid, signal.SIGCONT)
        eventually(lambda: buckets.take("ada", SLOW, 0).left <= 9)
