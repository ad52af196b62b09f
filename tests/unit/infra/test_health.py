"""All checks run, none may take for ever, and what they say stays inside."""

import threading
import time

from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.health import Probe, Readiness, check_all


def _fail() -> None:
    raise UnavailableError("secret words")


def test_all_well_is_ready() -> None:
    assert check_all({"a": lambda: None, "b": lambda: None}) == Readiness(ok=True)


def test_a_failure_is_named_by_its_kind_only() -> None:
    assert check_all({"a": lambda: None, "b": _fail}) == Readiness(ok=False, failures={"b": "UnavailableError"})


def test_a_check_that_hangs_fails_in_time_and_does_not_hide_the_others() -> None:
    release = threading.Event()

    def hang() -> None:
        release.wait(30)

    started = time.monotonic()
    readiness = check_all({"stuck": hang, "broken": _fail}, timeout_seconds=0.2)
    release.set()
    assert readiness.failures == {"stuck": "Timeout", "broken": "UnavailableError"}
    assert time.monotonic() - started < 5


def test_a_check_that_still_hangs_is_not_started_again() -> None:
    release, started = threading.Event(), []

    def hang() -> None:
        started.append(1)
        release.wait(30)

    probe = Probe({"stuck": hang}, timeout_seconds=0.05, cache_seconds=0)
    assert [probe.readiness().ok for _ in range(4)] == [False] * 4
    release.set()
    assert len(started) == 1
