"""What was looked at too long ago is looked at again before anything is folded by it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from prometheus_client import CollectorRegistry

from ledgerboard_infra.errors import UnavailableError
from ledgerboard_ranker.arrivals import Arrival, Outcome
from ledgerboard_ranker.known import KnownStates
from ledgerboard_ranker.metrics import RankerMetrics
from ledgerboard_ranker.projection import FRESH, Projection
from ledgerboard_testkit.memory import FixedClock
from ledgerboard_testkit.plays import make_envelope, make_fact

from .conftest import NOW, MemoryBoards, MemoryDefinitions, MemoryReplay, MemoryStates, Noted


class SlowSettling:
    """Takes that long at first."""

    def __init__(self, clock: FixedClock, *seconds: timedelta) -> None:
        self._clock, self._left = clock, list(seconds)

    def settle(self, arrivals: Sequence[Arrival], now: datetime) -> None:
        assert arrivals
        assert now == self._clock.now()
        if self._left:
            self._clock.advance(self._left.pop())


@pytest.mark.parametrize(("slowness", "is_folded"), [(FRESH, True), (FRESH + timedelta(seconds=1), False)])
def test_a_copy_is_not_folded_by_what_its_marks_said_minutes_ago(
    boards: MemoryBoards, states: MemoryStates, noted: Noted, slowness: timedelta, *, is_folded: bool
) -> None:
    """Its mark may have gone meanwhile, where drawing the players of another copy took so long."""
    clock = FixedClock(NOW - slowness)
    projection = Projection(
        MemoryDefinitions(), boards, KnownStates(states, states), MemoryReplay(), noted, noted,
        SlowSettling(clock, slowness), metrics=RankerMetrics(CollectorRegistry()), clock=clock,
    )  # fmt: skip
    arrival = Arrival(make_envelope("sums", [make_fact("ann", 5, NOW)]), repeated=True)
    if not is_folded:
        with pytest.raises(UnavailableError):
            projection.apply([arrival])
        assert boards.folded == []
    projection.apply([arrival])
    assert arrival.outcome is Outcome.FOLDED
