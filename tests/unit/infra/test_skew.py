"""A clock that differs too much from a store's is told of by a metric, a log line and the readiness."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import structlog
from prometheus_client import CollectorRegistry

from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.skew import SkewedClockError, SkewWatch
from ledgerboard_testkit.memory import NOON, FixedClock

if TYPE_CHECKING:
    from collections.abc import Callable

MOST = timedelta(seconds=30)
SECOND = timedelta(seconds=1)


class Bench:
    """A watch, the clock of its process, and that of a store which takes a while to answer."""

    def __init__(self) -> None:
        self.own, self.store = FixedClock(), FixedClock()
        self.registry = CollectorRegistry()
        self.answering: Callable[[], None] = lambda: None
        self.watch = SkewWatch(self.registry, self.own, {"redis": self}, most=MOST)

    def now(self) -> datetime:
        self.answering()
        return self.store.now()

    @property
    def seconds(self) -> float | None:
        return self.registry.get_sample_value("clock_skew_seconds", {"store": "redis"})


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.mark.parametrize("sign", [1, -1])
def test_a_clock_may_differ_by_as_much_as_is_allowed_and_no_more(bench: Bench, sign: int) -> None:
    bench.own.advance(sign * MOST)
    bench.watch.look()
    assert bench.seconds == 30
    bench.own.advance(sign * SECOND)
    with pytest.raises(SkewedClockError, match="redis"):
        bench.watch.look()
    assert bench.seconds == 31


def test_the_log_says_once_when_it_becomes_too_much_and_once_when_it_is_over(bench: Bench) -> None:
    with structlog.testing.capture_logs() as lines:
        bench.own.advance(-2 * MOST)
        for _ in range(3):
            with pytest.raises(SkewedClockError):
                bench.watch.look()
        bench.own.advance(2 * MOST)
        for _ in range(3):
            bench.watch.look()
    assert [(line["event"], line.get("ahead_seconds")) for line in lines] == [
        ("clock differs too much", -60.0),
        ("clock is right again", None),
    ]


def test_the_time_that_a_store_takes_to_answer_is_no_difference(bench: Bench) -> None:
    def wait() -> None:
        bench.own.advance(2 * MOST)
        bench.store.advance(MOST)

    bench.answering = wait
    bench.watch.look()
    assert bench.seconds == 0


def test_a_store_that_is_away_says_nothing_of_its_clock(bench: Bench) -> None:
    def be_away() -> None:
        raise UnavailableError("away")

    bench.answering = be_away
    bench.own.advance(10 * MOST)
    bench.watch.look()
    assert bench.seconds is None
    assert bench.store.now() == NOON
