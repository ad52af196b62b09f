"""Ask exactly what the service needs, within a bounded time and at most once a second however often it is called."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from ledgerboard_infra.logs import get_logger

Check = Callable[[], None]
"""Returns when the dependency serves, raises when it does not."""

CHECK_TIMEOUT_SECONDS: Final = 3.0
CACHE_SECONDS: Final = 1.0

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Readiness:
    """``failures`` maps a check to the class of its error; an error's words may hold what must stay inside."""

    ok: bool
    failures: Mapping[str, str] = field(default_factory=dict)


def check_all(checks: Mapping[str, Check], *, timeout_seconds: float = CHECK_TIMEOUT_SECONDS) -> Readiness:
    """Run all checks at the same time. One that does not return within the timeout has failed."""
    return _gather({name: _Run(name, check) for name, check in checks.items()}, timeout_seconds)


class Probe:
    """Readiness, asked at most once a second; whoever asks meanwhile shares the answer.

    A check that hangs is not started again beside itself, or a dependency that swallows connections would collect a
    thread for every question.
    """

    def __init__(
        self,
        checks: Mapping[str, Check],
        *,
        timeout_seconds: float = CHECK_TIMEOUT_SECONDS,
        cache_seconds: float = CACHE_SECONDS,
    ) -> None:
        self._checks = dict(checks)
        self._timeout_seconds = timeout_seconds
        self._cache_seconds = cache_seconds
        self._lock = threading.Lock()
        self._runs: dict[str, _Run] = {}
        self._known = Readiness(ok=False)
        self._known_until = 0.0

    @property
    def names(self) -> tuple[str, ...]:
        """What is checked."""
        return tuple(self._checks)

    def readiness(self) -> Readiness:
        """The state of a second ago at most."""
        with self._lock:
            if time.monotonic() >= self._known_until:
                hanging = {name: run for name, run in self._runs.items() if run.is_alive}
                self._runs = {name: hanging.get(name) or _Run(name, check) for name, check in self._checks.items()}
                self._known = _gather(self._runs, self._timeout_seconds)
                self._known_until = time.monotonic() + self._cache_seconds
            return self._known


class _Run:
    """One run of one check, in a thread of its own."""

    def __init__(self, name: str, check: Check) -> None:
        self._name = name
        self._check = check
        self._failure: str | None = None
        self._thread = threading.Thread(target=self._run, name=f"check-{name}", daemon=True)
        self._thread.start()

    @property
    def is_alive(self) -> bool:
        return self._thread.is_alive()

    def failure(self, wait_seconds: float) -> str | None:
        """Why it failed, or None if it passed within that time."""
        self._thread.join(max(0.0, wait_seconds))
        return "Timeout" if self.is_alive else self._failure

    def _run(self) -> None:
        try:
            self._check()
        except Exception as error:  # noqa: BLE001 -- a check may raise anything, and all of it means: not ready.
            self._failure = type(error).__name__
            _log.warning("readiness check failed", check=self._name, error=str(error), error_type=self._failure)


def _gather(runs: Mapping[str, _Run], timeout_seconds: float) -> Readiness:
    deadline = time.monotonic() + timeout_seconds
    outcomes = {name: run.failure(deadline - time.monotonic()) for name, run in runs.items()}
    failures = {name: reason for name, reason in outcomes.items() if reason is not None}
    return Readiness(not failures, failures)
