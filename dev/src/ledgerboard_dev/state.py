"""The folder in which a launcher keeps its stack, and who holds it.

The lock is the kernel's: it goes with its holder, so the record beside it is true whenever the lock is taken.
"""

import fcntl
import json
import os
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypedDict

from ledgerboard_dev.identity import forget_place

_POLL_SECONDS: Final = 0.05


class Record(TypedDict):
    """What a running stack says of itself."""

    pid: int
    gateway_url: str
    admin_key_file: str
    environment_file: str


class HeldError(RuntimeError):
    """Another launcher holds this state."""


class State:
    """The folder ``home``, made when it is first held."""

    def __init__(self, home: Path) -> None:
        self.home = home.resolve()
        self._lock = self.home / "lock"
        self._record = self.home / "stack.json"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Be the only launcher here. Raises `HeldError`."""
        self.home.mkdir(parents=True, exist_ok=True)
        with self._lock.open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise HeldError("a stack is already running here: ./run down stops it") from None
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            self._record.unlink(missing_ok=True)
            yield
            self._record.unlink(missing_ok=True)

    def publish(self, record: Record) -> None:
        """Tell that the stack is ready."""
        fresh = self._record.with_suffix(".new")
        fresh.write_text(json.dumps(record))
        fresh.rename(self._record)

    def record(self) -> Record | None:
        """What the running stack says of itself, once it is ready."""
        if self.holder() is None or not self._record.exists():
            return None
        found: Record = json.loads(self._record.read_text())
        return found

    def holder(self) -> int | None:
        """The process id of the launcher that holds this state, if one does."""
        if not self._lock.exists():
            return None
        with self._lock.open() as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return int(self._lock.read_text() or 0) or None
            return None

    def stop_holder(self, seconds: float) -> bool:
        """End the launcher that holds this state and wait for it. Whether there was one. Raises `TimeoutError`."""
        holder = self.holder()
        if holder is None:
            return False
        os.kill(holder, signal.SIGTERM)
        deadline = time.monotonic() + seconds
        while self.holder() == holder:
            if time.monotonic() > deadline:
                raise TimeoutError(f"the launcher (process {holder}) still runs after {seconds:.0f} s")
            time.sleep(_POLL_SECONDS)
        return True

    def purge(self) -> None:
        """Remove everything that was stored. Call it when nobody holds it."""
        forget_place(self.home / "servers" / "postgres")
        if self.home.exists():
            shutil.rmtree(self.home)
