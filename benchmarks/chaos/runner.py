"""Lets the faults of a round happen, each at its moment and beside the others, in the thread that made the world."""

import heapq
import itertools
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import psycopg
import redis

from benchmarks.chaos.faults.registry import ALL
from benchmarks.chaos.kinds import SkippedError, Steps
from benchmarks.chaos.plan import Fault
from benchmarks.chaos.world import World
from ledgerboard_dev.processes import ChildDiedError

_POLL_SECONDS: Final = 0.5
"""A step that waits no longer than this looks for something; a longer one lets a fault last."""

_TOLERATED: Final = (SkippedError, psycopg.Error, redis.RedisError, ChildDiedError, TimeoutError, OSError)
"""What may come of a fault that meets another one: it ends there. What it left is mended after the round."""


@dataclass(order=True, slots=True)
class _Due:
    at: float
    number: int
    fault: Fault = field(compare=False)
    steps: Steps | None = field(compare=False, default=None)


class Runner:
    """``happened`` counts the faults by kind, ``skipped`` those that could not happen."""

    def __init__(self, world: World, told: Callable[[str], None]) -> None:
        self._world = world
        self._told = told
        self._numbers = itertools.count()
        self.happened: Counter[str] = Counter()
        self.skipped: Counter[str] = Counter()

    def run(self, faults: Sequence[Fault], begins: float, ends: float) -> None:
        """Let them happen, the run being ``begins`` seconds old now, and return once it is ``ends``."""
        started = time.monotonic() - begins
        due = [_Due(fault.at, next(self._numbers), fault) for fault in faults]
        heapq.heapify(due)
        while due and due[0].at < ends:
            time.sleep(max(0.0, started + due[0].at - time.monotonic()))
            self._go_on(heapq.heappop(due), due, time.monotonic() - started)
        time.sleep(max(0.0, started + ends - time.monotonic()))
        for left in due:
            self._end(left)

    def _go_on(self, each: _Due, due: list[_Due], now: float) -> None:
        if each.steps is None:
            self._told(f"{each.fault.kind} {each.fault.target} {each.fault.seconds:.1f} s".replace("  ", " "))
            each.steps = ALL[each.fault.kind].act(self._world, each.fault)
            self.happened[each.fault.kind] += 1
        seconds = self._step(each)
        if seconds is not None:
            heapq.heappush(due, _Due(now + seconds, next(self._numbers), each.fault, each.steps))

    def _end(self, each: _Due) -> None:
        """Let it come to its end: what it looks for is waited for, and it lasts no longer."""
        while each.steps is not None and (seconds := self._step(each)) is not None:
            if seconds <= _POLL_SECONDS:
                time.sleep(seconds)

    def _step(self, each: _Due) -> float | None:
        """After how many seconds it goes on; None: it is over."""
        assert each.steps is not None
        try:
            return next(each.steps, None)
        except _TOLERATED as error:
            self.skipped[each.fault.kind] += 1
            self._told(f"{each.fault.kind} {each.fault.target} broke off: {error}".splitlines()[0])
            return None
