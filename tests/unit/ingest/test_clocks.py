"""What a gateway accepted by a clock that runs ahead waits for PostgreSQL's clock, and holds nobody else up."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

import pytest

from ledgerboard_contracts import MAX_CLOCK_SKEW, SubmissionEnvelope
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.stream import Dead, Done, Later
from ledgerboard_ingest.clocks import LedgerTime
from ledgerboard_ingest.worker import MOST_AHEAD, SubmissionsHandler
from ledgerboard_testkit.bodies import facts_of
from ledgerboard_testkit.memory import FixedClock, MemorySender
from ledgerboard_testkit.strategies import uuid7
from ledgerboard_testkit.submissions import NOON, received, submission, submission_envelope

MILLISECOND = timedelta(milliseconds=1)


class Bench(Protocol):
    """What the fixture gives, as far as this module uses it."""

    clock: FixedClock
    rank: MemorySender
    history: MemorySender
    handler: SubmissionsHandler

    def counted(self, name: str, **labels: str) -> float: ...


def facts(queue: MemorySender) -> int:
    return sum(len(each.facts) for body in queue.bodies for each in facts_of(body))


def accepted(*ahead: timedelta, first: int = 0) -> SubmissionEnvelope:
    """Submissions that a gateway accepted so long after noon, which is when PostgreSQL's clock stands."""
    made = [
        replace(submission(number), event_id=uuid7(int((NOON + each).timestamp() * 1000), number))
        for number, each in enumerate(ahead, first)
    ]
    return submission_envelope(*made)


def test_what_is_ahead_within_the_allowed_skew_is_judged(bench: Bench) -> None:
    assert bench.handler.handle([received(accepted(MAX_CLOCK_SKEW))]) == [Done()]
    assert facts(bench.rank) == 1


@pytest.mark.parametrize("ahead", [MAX_CLOCK_SKEW + MILLISECOND, MOST_AHEAD])
def test_what_is_further_ahead_waits_whole_and_its_batch_mates_go_on(bench: Bench, ahead: timedelta) -> None:
    early, mate = received(accepted(timedelta(0), ahead)), received(accepted(timedelta(0), first=7))
    waiting, done = bench.handler.handle([early, mate])
    assert isinstance(waiting, Later)
    assert done == Done()
    assert facts(bench.rank) == facts(bench.history) == 1
    assert bench.counted("ingest_submissions_total", outcome="early") == 2
    bench.clock.advance(ahead - MAX_CLOCK_SKEW)
    assert bench.handler.handle([early]) == [Done()]
    assert facts(bench.rank) == 3


def test_what_is_an_hour_ahead_is_not_waited_for_and_can_be_replayed_when_its_time_came(bench: Bench) -> None:
    ahead = MOST_AHEAD + MILLISECOND
    (verdict,) = bench.handler.handle([received(accepted(ahead))])
    assert isinstance(verdict, Dead)
    assert "ahead of PostgreSQL's" in verdict.reason
    assert bench.rank.bodies == []
    bench.clock.advance(ahead)
    assert bench.handler.handle([received(accepted(ahead))]) == [Done()]


def test_an_envelope_without_submissions_is_done(bench: Bench) -> None:
    assert bench.handler.handle([received(accepted())]) == [Done()]


class Asked:
    """A clock that counts how often it is asked, or is away."""

    def __init__(self, clock: FixedClock) -> None:
        self.times, self.is_away, self._clock = 0, False, clock

    def now(self) -> datetime:
        if self.is_away:
            raise UnavailableError("away")
        self.times += 1
        return self._clock.now()


@pytest.fixture
def server() -> FixedClock:
    return FixedClock()


@pytest.fixture
def asked(server: FixedClock) -> Asked:
    return Asked(server)


@pytest.fixture
def here() -> FixedClock:
    return FixedClock()


@pytest.fixture
def ledger_time(asked: Asked, here: FixedClock) -> LedgerTime:
    return LedgerTime(asked, monotonic=lambda: here.now().timestamp())


def test_the_clock_is_asked_when_something_seems_to_be_ahead_and_else_once_a_minute(
    ledger_time: LedgerTime, asked: Asked, server: FixedClock, here: FixedClock
) -> None:
    assert ledger_time.has_reached(NOON)
    for _ in range(59):
        server.advance(timedelta(seconds=1))
        here.advance(timedelta(seconds=1))
        assert ledger_time.has_reached(here.now())
    assert asked.times == 1
    assert not ledger_time.has_reached(server.now() + MILLISECOND)
    assert asked.times == 2
    here.advance(timedelta(seconds=61))
    server.advance(timedelta(seconds=61))
    assert ledger_time.has_reached(server.now())
    assert asked.times == 3


def test_time_that_passed_here_counts_and_a_server_that_is_away_is_not_needed_for_it(
    ledger_time: LedgerTime, asked: Asked, here: FixedClock
) -> None:
    assert ledger_time.has_reached(NOON)
    asked.is_away = True
    here.advance(timedelta(hours=2))
    assert ledger_time.has_reached(NOON + timedelta(hours=2))
    with pytest.raises(UnavailableError):
        ledger_time.has_reached(NOON + timedelta(hours=2) + MILLISECOND)


def test_a_clock_that_was_set_back_is_noticed_within_a_minute(
    ledger_time: LedgerTime, server: FixedClock, here: FixedClock
) -> None:
    assert ledger_time.has_reached(NOON)
    server.advance(timedelta(minutes=-5))
    here.advance(timedelta(seconds=61))
    assert ledger_time.has_reached(NOON)
    assert not ledger_time.has_reached(NOON)
