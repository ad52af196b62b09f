"""Reduce a plan that failed to the shortest list of faults that still fails (Zeller's delta debugging, ddmin).

What fails by chance may pass once more, so a part counts as harmless only if it passed; the list that is left has been
seen to fail.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, TypeVar

from benchmarks.chaos.plan import Fault, Plan

T = TypeVar("T")

_FIRST_SECONDS: Final = 3.0
_LAST_SECONDS: Final = 5.0
_NOT_EXACT: Final = 1


def shortest(items: Sequence[T], fails: Callable[[Sequence[T]], bool]) -> Sequence[T]:
    """The items without those that a failure does not need. ``items`` themselves are known to fail."""
    left, parts = list(items), 2
    while len(left) >= 2:
        size = max(1, len(left) // parts)
        chunks = [left[start : start + size] for start in range(0, len(left), size)]
        rests = [[item for other in chunks if other is not chunk for item in other] for chunk in chunks]
        smaller = next((chunk for chunk in chunks if fails(chunk)), None)
        rest = None if smaller is not None or len(chunks) == 2 else next((each for each in rests if fails(each)), None)
        if smaller is not None:
            left, parts = smaller, 2
        elif rest is not None:
            left, parts = rest, max(parts - 1, 2)
        elif size == 1:
            break
        else:
            parts = min(len(left), parts * 2)
    return left


def compacted(plan: Plan, faults: Sequence[Fault]) -> Plan:
    """A plan of these faults alone, without the time before the first and after the last of them."""
    first = min((fault.at for fault in faults), default=0.0)
    shift = max(0.0, first - _FIRST_SECONDS)
    moved = tuple(replace(fault, at=round(fault.at - shift, 2)) for fault in faults)
    seconds = max((fault.at + fault.seconds for fault in moved), default=0.0) + _LAST_SECONDS
    return replace(plan, seconds=seconds, round_seconds=seconds, faults=moved)


def up_to(plan: Plan, seconds: float) -> Plan:
    """The plan up to the end of a round. What happened in rounds before was followed by a good verdict."""
    return replace(plan, seconds=seconds, faults=plan.within(0.0, seconds))


class Shrinker:
    """Runs parts of a plan, each as a program of its own, until no part is left out that could be."""

    def __init__(self, plan: Plan, folder: Path, words: Sequence[str], most_seconds: float) -> None:
        self._plan = plan
        self._folder = folder
        self._words = words
        self._deadline = time.monotonic() + most_seconds
        self._runs = 0

    def shrink(self) -> Plan:
        """The shortest plan that was found to fail. The whole of it where no part does.

        Whole rounds and whole kinds go first: most failures need one of the ones and two or three of the others.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        faults = self._last_round()
        kinds = shortest(sorted({fault.kind for fault in faults}), lambda few: self._fails(_of_kinds(faults, few)))
        return compacted(self._plan, shortest(_of_kinds(faults, kinds), self._fails))

    def _last_round(self) -> Sequence[Fault]:
        *_, last = self._plan.rounds
        faults = self._plan.within(*last)
        return faults if faults and self._fails(faults) else self._plan.faults

    def _fails(self, faults: Sequence[Fault]) -> bool:
        if time.monotonic() > self._deadline:
            return False
        self._runs += 1
        path = self._folder / f"part-{self._runs}.json"
        compacted(self._plan, faults).write(path)
        command = [sys.executable, "-m", "benchmarks.chaos", "--plan", str(path), *self._words]
        code = subprocess.run(command, check=False, stdout=subprocess.DEVNULL).returncode
        print(f"  {len(faults):>5,} faults: {'still not exact' if code == _NOT_EXACT else 'exact'}", flush=True)
        return code == _NOT_EXACT


def _of_kinds(faults: Sequence[Fault], kinds: Sequence[str]) -> Sequence[Fault]:
    return [fault for fault in faults if fault.kind in kinds]
