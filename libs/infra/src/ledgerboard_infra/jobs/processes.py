"""Start Celery's two processes, the worker and beat, with the flags that its SQS transport needs.

Gossip, mingle and heartbeat need a broker with broadcast, which SQS is not. The pool is prefork: the others stall for
up to a second on large messages, and only a process can be killed at its time limit.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from celery import platforms
from celery.apps.worker import Worker
from celery.signals import setup_logging
from celery.worker import WorkController, state

from ledgerboard_infra.logs import get_logger

if TYPE_CHECKING:
    from ledgerboard_infra.jobs.job import JobApp

T = TypeVar("T")

_STOP_SIGNALS: Final = ("SIGTERM", "SIGINT")

_log = get_logger(__name__)


def run_jobs(app: "JobApp", *, concurrency: int = 1) -> int:
    """Work on jobs until SIGTERM, which lets running ones finish. The exit code. Check the queue first."""
    setup_logging.connect(_keep_logs, weak=False)
    worker = app.subclass_with_self(_JobWorker)(
        pool_cls="prefork",
        concurrency=concurrency,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        quiet=True,
        loglevel="INFO",
    )
    worker.start()
    _log.info("worker stopped")
    return int(worker.exitcode or 0)


def run_beat(app: "JobApp", *, schedule_path: Path) -> None:
    """Send the jobs of ``app.conf.beat_schedule`` when they are due, until SIGTERM. Run exactly one.

    ``schedule_path`` is a file that remembers when each was sent last; losing it at worst sends one early.
    """
    setup_logging.connect(_keep_logs, weak=False)
    app.Beat(schedule=str(schedule_path), quiet=True, loglevel="INFO").run()


class PerProcess(Generic[T]):
    """Something that each process of the pool makes for itself at first use.

    A connection made before the fork would be shared by all the pool's processes, which corrupts it.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._made: dict[int, T] = {}

    def get(self) -> T:
        """This process's own."""
        process = os.getpid()
        if process not in self._made:
            self._made = {process: self._make()}
        return self._made[process]


class _JobWorker(Worker):
    """Celery's worker without its farewell, which it would print in plain words among the JSON lines."""

    def install_platform_tweaks(self, worker: WorkController) -> None:
        """Celery's own, then the signals that stop it."""
        super().install_platform_tweaks(worker)
        for name in _STOP_SIGNALS:
            platforms.signals[name] = _ask_to_stop


def _ask_to_stop(*_signal: object) -> None:
    """What Celery's own handler does after it has printed: a warm shutdown with exit code 0."""
    state.should_stop = platforms.EX_OK  # type: ignore[assignment]  # None until there is an exit code.


def _keep_logs(**_facts: Any) -> None:
    """A receiver of this signal keeps Celery from replacing our log configuration."""
