import gc

from prometheus_client import CollectorRegistry

from ledgerboard_infra.garbage import YOUNG_OBJECTS
from ledgerboard_infra.health import OpsServer
from ledgerboard_infra.settings import OpsSettings
from ledgerboard_infra.worker import run_worker


class Watching:
    """A runtime that looks at the garbage collector while it runs."""

    def __init__(self) -> None:
        self.seen: list[tuple[int, int]] = []

    def run(self) -> bool:
        self.seen.append((gc.get_threshold()[0], gc.get_freeze_count()))
        return True

    def stop(self) -> None: ...


def test_garbage_is_collected_rarely_while_a_worker_runs_and_as_before_afterwards() -> None:
    before, runtime = gc.get_threshold(), Watching()
    assert run_worker(runtime, OpsServer(OpsSettings(port=0), {}, CollectorRegistry())) == 0
    ((threshold, frozen),) = runtime.seen
    assert threshold == YOUNG_OBJECTS
    assert frozen > 0
    assert (gc.get_threshold(), gc.get_freeze_count()) == (before, 0)
