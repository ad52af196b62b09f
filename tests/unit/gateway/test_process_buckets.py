"""A process's own buckets give what those in Redis would, never a token too many, and take a bounded place."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from ledgerboard_boards import Bucket
from ledgerboard_gateway.process_buckets import ProcessBuckets
from ledgerboard_testkit.memory import FixedClock, MemoryBuckets
from ledgerboard_testkit.memory.dependency import NOON

SLOW = Bucket(rate=1 / 3600, capacity=10)
steps = st.lists(st.tuples(st.integers(0, 3_000_000), st.integers(0, 12)), max_size=30)
rates = st.sampled_from([0.5, 1.0, 3.0, 10.0, 1000.0])


@given(steps=steps, rate=rates, capacity=st.integers(1, 20))
def test_it_gives_what_a_bucket_on_paper_gives(steps: list[tuple[int, int]], rate: float, capacity: int) -> None:
    clock = FixedClock()
    own = ProcessBuckets(monotonic=lambda: (clock.now() - NOON) / timedelta(seconds=1))
    paper, bucket = MemoryBuckets(clock), Bucket(rate, capacity)
    for microseconds, wanted in steps:
        clock.advance(timedelta(microseconds=microseconds))
        assert own.take("ada", bucket, wanted) == paper.take("ada", bucket, wanted)


def test_names_have_buckets_of_their_own() -> None:
    buckets = ProcessBuckets()
    assert [buckets.take(name, SLOW, 10).count for name in ("ada", "bob", "ada")] == [10, 10, 0]


def test_many_threads_get_together_what_one_bucket_holds() -> None:
    buckets, bucket = ProcessBuckets(), Bucket(rate=1 / 3600, capacity=500)
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: buckets.take("ada", bucket, 1).count, range(2000)))
    assert sum(taken) == 500


def test_of_too_many_buckets_those_that_were_asked_longest_ago_are_forgotten() -> None:
    buckets = ProcessBuckets(capacity=3)
    for name in ("ada", "bob", "eve", "ada", "mia"):
        buckets.take(name, SLOW, 1)
    assert [buckets.take(name, SLOW, 0).left for name in ("ada", "eve", "mia", "bob")] == [8, 9, 9, 10]
