"""Who descends from whom, read from /proc. A zombie counts as dead: only its entry waits to be read."""

import contextlib
import os
import signal
import time
from pathlib import Path


def parents() -> dict[int, int]:
    """Every live process and its parent."""
    found: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = stat.read_text(errors="replace").rpartition(")")[2].split()[:2]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if state != "Z":
            found[int(stat.parent.name)] = int(parent)
    return found


def children(root: int) -> set[int]:
    return {pid for pid, parent in parents().items() if parent == root}


def descendants(root: int) -> set[int]:
    tree, found = parents(), {root}
    while more := {pid for pid, parent in tree.items() if parent in found} - found:
        found |= more
    return found - {root}


def survivors(pids: set[int], seconds: float = 20) -> set[int]:
    """Those that were still alive after ``seconds``. They are ended then, so that a failure leaves nothing behind."""
    deadline = time.monotonic() + seconds
    while (alive := pids & parents().keys()) and time.monotonic() < deadline:
        time.sleep(0.05)
    for pid in alive:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return alive
