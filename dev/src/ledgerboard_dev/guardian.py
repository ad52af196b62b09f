"""Outlive the launcher just long enough to end what it started. Run as a script with the standard library only.

The launcher alone holds the other end of our standard input. End of file there means that it is gone, however it went,
``kill -9`` included; what is registered at that moment is ended group by group, grandchildren with it.
"""

import contextlib
import os
import signal
import sys
import time

_POLITE_SECONDS = 3.0
_POLL_SECONDS = 0.02


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
    deadline = time.monotonic() + _POLITE_SECONDS
    while time.monotonic() < deadline and any(_signal(group, 0) for group in groups):
        time.sleep(_POLL_SECONDS)
    for group in groups:
        _signal(group, signal.SIGQUIT if groups[group] == signal.SIGINT else signal.SIGKILL)
    deadline = time.monotonic() + _POLITE_SECONDS
    while time.monotonic() < deadline and any(_signal(group, 0) for group in groups):
        time.sleep(_POLL_SECONDS)
    for group in groups:
        _signal(group, signal.SIGKILL)


def _signal(group: int, number: int) -> bool:
    """Whether the group still had a member to receive it."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
        return True
    return False


if __name__ == "__main__":
    main()
