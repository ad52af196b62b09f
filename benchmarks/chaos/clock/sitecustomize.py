"""Moves the clock of the process that finds this folder on its PYTHONPATH. Python imports it before anything else.

The product reads the time of day in one place, `SystemClock`, and makes its ids of what that says. How far the clock is
moved stands in a file of eight bytes, seconds as a double, which chaos changes while the process runs.
"""

import mmap
import os
import struct
from datetime import datetime, timedelta
from pathlib import Path

OFFSET = struct.Struct("<d")


def _move(path: Path) -> None:
    try:
        from ledgerboard_infra.clock import SystemClock  # noqa: PLC0415 -- only where it is wanted.
    except ImportError:  # A server's own Python, which has no clock of ours.
        return
    with path.open("rb") as file:
        shared = mmap.mmap(file.fileno(), OFFSET.size, access=mmap.ACCESS_READ)
    true_now = SystemClock.now

    def now(self: SystemClock) -> datetime:
        return true_now(self) + timedelta(seconds=OFFSET.unpack_from(shared)[0])

    SystemClock.now = now  # type: ignore[method-assign]


if file := os.environ.get("LEDGERBOARD_CHAOS_CLOCK"):
    _move(Path(file))
