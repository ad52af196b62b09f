"""The rebuilder's process: it outlives outages and defects, and ends when it is told to."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry

from ledgerboard_infra.errors import UnavailableError
from ledgerboard_ranker.rebuilder.metrics import RebuilderMetrics
from ledgerboard_ranker.rebuilder.rebuilding import Outcome
from ledgerboard_ranker.rebuilder.runtime import RebuilderRuntime
from ledgerboard_ranker.settings import RebuildSettings
from ledgerboard_testkit.polling import eventually

HASTY = RebuildSettings(
    lease_seconds=1, poll_seconds=0.001, look_seconds=0.001, looks_a_check=3, grace_seconds=5
)  # fmt: skip


@dataclass
class FakeRebuilder:
    errors: list[Exception] = field(default_factory=list)
    calls: int = 0
    stuck: threading.Event | None = None

    def rebuild_next(self, is_stopping: Callable[[], bool]) -> Outcome | None:
        assert not is_stopping()
        self.calls += 1
        if self.stuck is not None:
            self.stuck.wait()
        if self.errors:
            raise self.errors.pop()
        return Outcome.FINISHED if self.calls % 2 else None


@dataclass
class FakeWatcher:
    errors: list[Exception] = field(default_factory=list)
    looks: int = 0
    checks: int = 0

    def look(self) -> None:
        self.looks += 1
        if self.errors:
            raise self.errors.pop()

    def renew_lost(self) -> int:
        self.checks += 1
        return 0


def started(rebuilder: FakeRebuilder, watcher: FakeWatcher, settings: RebuildSettings = HASTY) -> "Run":
    registry = CollectorRegistry()
    return Run(RebuilderRuntime(rebuilder, watcher, settings, RebuilderMetrics(registry)), registry)


class Run:
    """A runtime in a thread, and whether it drained."""

    def __init__(self, runtime: RebuilderRuntime, registry: CollectorRegistry) -> None:
        self.runtime = runtime
        self.registry = registry
        self.drained: bool | None = None
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def stop(self) -> bool | None:
        self.runtime.stop()
        self._thread.join(10)
        return self.drained

    def _run(self) -> None:
        self.drained = self.runtime.run()


def test_outages_and_defects_of_either_half_end_neither() -> None:
    rebuilder = FakeRebuilder([ZeroDivisionError("a defect"), UnavailableError("down")])
    watcher = FakeWatcher([ZeroDivisionError("a defect"), UnavailableError("down")])
    run = started(rebuilder, watcher)
    eventually(lambda: rebuilder.calls > 5 and watcher.looks > 5, what="both to go on")
    assert run.stop() is True
    assert run.registry.get_sample_value("rebuilder_rebuilds_total", {"outcome": "failed"}) == 2


def test_every_state_is_looked_for_at_the_start_and_after_some_looks() -> None:
    watcher = FakeWatcher()
    run = started(FakeRebuilder(), watcher)
    eventually(lambda: watcher.looks > 9, what="some looks")
    assert run.stop() is True
    assert watcher.checks == -(-watcher.looks // HASTY.looks_a_check)


def test_a_page_that_takes_longer_than_the_grace_is_left_to_the_lease() -> None:
    stuck = threading.Event()
    rebuilder = FakeRebuilder(stuck=stuck)
    run = started(rebuilder, FakeWatcher(), RebuildSettings(grace_seconds=0.05, look_seconds=0.001))
    eventually(lambda: rebuilder.calls, what="a rebuild")
    assert run.stop() is False
    stuck.set()
