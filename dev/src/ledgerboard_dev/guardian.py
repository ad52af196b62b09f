"""Outlive the launcher just long enough to end what it started. Run as a script with the standard library only.

The launcher alone holds the other end of our standard input. End of file there means that it is gone, however it went,
``kill -9`` included; what is registered at that moment is ended group by group, grandchildren with it.
"""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterable
from pathlib import Path

_POLITE_SECONDS = 3.0
_POLL_SECONDS = 0.05


def main() -> None:
    """Keep the register until end of file, then end every group in it."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: dict[int, int] = {}
    for line in sys.stdin:
        match line.split():
            case ["add", pid, stop_signal]:
                groups[int(pid)] = int(stop_signal)
            case ["drop", pid]:
                groups.pop(int(pid), None)
            case _:
                pass
    _end(groups)


def _end(groups: dict[int, int]) -> None:
    """Each group's own stop signal first (a database wants to close its files), and SIGKILL for what is left."""
    for group, stop_signal in groups.items():
        _signal(group, stop_signal)
    _wait_for(groups)
    for group, stop_signal in groups.items():
        _signal(group, signal.SIGQUIT if stop_signal == signal.SIGINT else signal.SIGKILL)
    _wait_for(groups)
    for group in groups:
        _signal(group, signal.SIGKILL)


def _wait_for(groups: Iterable[int]) -> None:
    deadline = time.monotonic() + _POLITE_SECONDS
    while time.monotonic() < deadline and _living_groups().intersection(groups):
        time.sleep(_POLL_SECONDS)


def _living_groups() -> set[int]:
    """The process groups with a live member. A zombie is no member: it waits for a parent that may be gone as well."""
    living: set[int] = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, _parent, group = stat.read_text(errors="replace").rpartition(")")[2].split()[:3]
            if state != "Z":
                living.add(int(group))
    return living


def _signal(group: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


if __name__ == "__main__":
    main()
