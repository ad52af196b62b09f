"""One run: rounds in which everything breaks, and after each of them quiet and a verdict."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from benchmarks.chaos.disk import Disk
from benchmarks.chaos.observing import views_of, write_ledger, write_standings
from benchmarks.chaos.plan import Plan
from benchmarks.chaos.quiet import NotQuietError, Quiet
from benchmarks.chaos.recorder import ACCEPTED
from benchmarks.chaos.runner import Runner
from benchmarks.chaos.sessions import Sessions
from benchmarks.chaos.traffic import Traffic
from benchmarks.chaos.world import World, WorldOptions

_FIRST_SECONDS: Final = 3.0
_AGAIN_SECONDS: Final = 15.0
_MICROSECONDS: Final = 1_000_000

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a run waits: for quiet, and for a board that is wrong to become right."""

    quiet_seconds: float
    wrong_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """``exact``, or what was wrong after so many seconds of the run, ``waited`` and compared ones not counted."""

    exact: bool
    seconds: float
    words: str


class Run:
    """A plan that is carried out in ``folder``, where all of its files stay."""

    def __init__(self, plan: Plan, folder: Path, options: WorldOptions, disk: Disk, patience: Patience) -> None:
        self._plan = plan
        self._folder = folder
        self._options = options
        self._disk = disk
        self._patience = patience
        self._began = time.monotonic()
        self._world: World

    def play(self) -> Outcome:
        """Play all rounds, or those up to the first that was not exact."""
        with World(self._folder, self._options, self._disk) as world:
            self._world = world
            self._quiet = Quiet(world, self._patience.quiet_seconds)
            self._runner = Runner(world, self._tell)
            self._begin()
            outcome = Outcome(exact=True, seconds=0.0, words="")
            for begins, ends in self._plan.rounds:
                self._round(begins, ends)
                outcome = self._compare(ends)
                if not outcome.exact:
                    break
            self._sum_up()
            return outcome

    def _begin(self) -> None:
        """Some play before anybody watches, so that there are data from before the first beat."""
        with self._players():
            time.sleep(_FIRST_SECONDS)
        self._quiet.settle_messages()
        self._world.start_watch()
        self._began = time.monotonic()

    def _round(self, begins: float, ends: float) -> None:
        world = self._world
        managed = [name for name, board in world.boards.items() if board.managed]
        world.playing_since = time.monotonic()
        with (
            Sessions(world.clients, managed, self._plan.seed, lambda: world.sessions_rest) as sessions,
            self._players(sessions),
        ):
            self._runner.run(self._plan.within(begins, ends), begins, ends)
        world.mend()
        world.operators.finish()

    def _players(self, sessions: Sessions | None = None) -> Traffic:
        world = self._world
        number = world.next_number("traffic")
        sessions = sessions or Sessions(world.clients, (), self._plan.seed)
        return Traffic(
            world.clients, world.recorder, world.boards, sessions, rate=self._plan.rate, seed=self._plan.seed + number
        )

    def _compare(self, seconds: float) -> Outcome:
        """A board may be wrong for as long as it takes to notice a loss, which is not at once.

        However long it takes to look on a busy machine, what is wrong was wrong twice.
        """
        deadline = time.monotonic() + self._patience.wrong_seconds
        looks = 0
        while True:
            try:
                waited = self._quiet.settle()
            except NotQuietError as error:
                return Outcome(exact=False, seconds=seconds, words=f"NOT EXACT: {error}")
            self._observe()
            code, words = self._checked()
            looks += 1
            self._tell(f"compared after {waited:.1f} s: {words.splitlines()[-1]}")
            if code == 0 or (looks > 1 and time.monotonic() > deadline):
                return Outcome(exact=code == 0, seconds=seconds, words=words)
            time.sleep(_AGAIN_SECONDS)

    def _observe(self) -> None:
        world, now = self._world, datetime.now(UTC)
        world.recorder.flush()
        write_ledger(world.stack.database_url, self._folder)
        write_standings(world.clients, views_of(world.stack.database_url, now), self._folder)
        run = {"read_at": int(now.timestamp() * _MICROSECONDS), "seed": self._plan.seed}
        (self._folder / "run.json").write_text(json.dumps(run))

    def _checked(self) -> tuple[int, str]:
        """By a program of its own, which knows nothing but the files."""
        command = [sys.executable, "-m", "benchmarks.chaos.check", str(self._folder)]
        finished = subprocess.run(command, check=False, capture_output=True, text=True)
        return finished.returncode, (finished.stdout + finished.stderr).rstrip()

    def _sum_up(self) -> None:
        world = self._world
        crashes = {service.name: service.restarts for service in world.stack.services.values() if service.restarts}
        happened, skipped = self._runner.happened, self._runner.skipped
        print(f"faults: {sum(happened.values()):,}: {dict(sorted(happened.items()))}")
        print(f"of these broke off: {dict(sorted(skipped.items()))}")
        print(f"queues: {dict(world.shim.counts)}, {self._quiet.replayed:,} dead letters sent again")
        print(f"scores: {world.recorder.counts}", flush=True)
        print(f"services that ended by themselves, how often: {crashes}", flush=True)

    def _tell(self, what: str) -> None:
        accepted = self._world.recorder.counts[ACCEPTED]
        print(f"  {time.monotonic() - self._began:6.1f} s  {accepted:>8,} accepted  {what}", flush=True)
