"""Keep services running: a service that crashed is started again, each time after a longer pause.

A service that was stopped or killed on purpose stays down until it is started on purpose.
"""

import threading
import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Final

from ledgerboard_dev.probes import http_status
from ledgerboard_dev.processes import Child, Guardian, Program

_READY_SECONDS: Final = 90
_TEND_SECONDS: Final = 0.1
_FIRST_PAUSE_SECONDS: Final = 0.5
_LONGEST_PAUSE_SECONDS: Final = 10.0
_STABLE_SECONDS: Final = 30.0


class Service:
    """One service process on a port that it keeps. Safe to use from several threads."""

    def __init__(self, program: Program, port: int, guardian: Guardian) -> None:
        self.program = program
        self.port = port
        self.restarts = 0
        self._guardian = guardian
        self._lock = threading.RLock()
        self._child: Child | None = None
        self._wanted = False
        self._started_at = 0.0
        self._pause_seconds = _FIRST_PAUSE_SECONDS
        self._restart_at: float | None = None

    @property
    def name(self) -> str:
        """Its name, and its log's."""
        return self.program.name

    @property
    def pid(self) -> int:
        """The process id of the running service, which also leads its process group."""
        with self._lock:
            if self._child is None:
                raise RuntimeError(f"{self.name} is not running")
            return self._child.pid

    @property
    def running(self) -> bool:
        """Whether its process lives, ready or not."""
        with self._lock:
            return self._child is not None and self._child.exit_code is None

    @property
    def ready(self) -> bool:
        """Whether it runs and ``/readyz`` says so."""
        return self.running and http_status(self.port, "/readyz") == HTTPStatus.OK

    def launch(self) -> None:
        """Start it unless it runs, and keep it running from now on. Does not wait for it."""
        with self._lock:
            self._wanted, self._restart_at = True, None
            if not self.running:
                self._spawn()

    def wait_until_ready(self) -> None:
        """Wait for ``/readyz``. Raises `ChildDiedError` or `TimeoutError`, with the tail of its log."""
        with self._lock:
            child = self._child
        if child is None:
            raise RuntimeError(f"{self.name} was not started")
        child.wait_until(lambda: self.ready, _READY_SECONDS)

    def ask_to_stop(self) -> None:
        """Send SIGTERM and do not wait: several may drain at the same time."""
        with self._lock:
            self._wanted = False
            if self._child is not None:
                self._child.ask_to_stop()

    def stop(self) -> int | None:
        """SIGTERM, and wait while it finishes what it has in hand. Returns its exit code."""
        self.ask_to_stop()
        return self._end(Child.stop)

    def kill(self) -> None:
        """SIGKILL to its whole group, in the middle of whatever it does."""
        with self._lock:
            self._wanted = False
        self._end(Child.kill)

    def tend(self, now: float) -> None:
        """Start it again if it crashed and its pause is over. ``now``: seconds of the monotonic clock."""
        with self._lock:
            if not self._wanted or self.running:
                return
            if self._restart_at is None:
                self._restart_at = now + self._next_pause(now)
            elif now >= self._restart_at:
                self.restarts += 1
                self._restart_at = None
                self._spawn()

    def _next_pause(self, now: float) -> float:
        if now - self._started_at > _STABLE_SECONDS:
            self._pause_seconds = _FIRST_PAUSE_SECONDS
        pause = self._pause_seconds
        self._pause_seconds = min(pause * 2, _LONGEST_PAUSE_SECONDS)
        return pause

    def _spawn(self) -> None:
        if self._child is not None:
            self._child.kill()  # What a crash left of its group goes before its successor comes.
        self._started_at = time.monotonic()
        self._child = Child(self.program, self._guardian)

    def _end(self, how: Callable[[Child], int]) -> int | None:
        with self._lock:
            child, self._child = self._child, None
        return None if child is None else how(child)


class Supervisor:
    """The thread that tends the services. It outlives them: a child dies with the thread that started it."""

    def __init__(self, services: Iterable[Service]) -> None:
        self._services = tuple(services)
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._tend, name="supervisor", daemon=True)

    def start(self) -> None:
        """Begin to tend."""
        self._thread.start()

    def close(self) -> None:
        """Stop tending. Call it when the services are down."""
        self._ending.set()
        self._thread.join()

    def _tend(self) -> None:
        while not self._ending.wait(_TEND_SECONDS):
            for service in self._services:
                service.tend(time.monotonic())
