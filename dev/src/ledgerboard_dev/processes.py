"""Start programs that cannot outlive this one.

Each child leads its own session, so that a signal to its group reaches its grandchildren and none of ours reaches it by
accident. Start children only from a thread that lives as long as they may: the kernel counts a thread's end as death.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import CompletedProcess
from types import TracebackType
from typing import Final, Self

_HERE: Final = Path(__file__).parent
_PLAIN_PYTHON: Final = (sys.executable, "-I", "-S")
_POLL_SECONDS: Final = 0.02
BASE_ENVIRONMENT: Final = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC", "PYTHONUNBUFFERED": "1"}
"""What every child gets, whoever starts it: nothing of the user's shell changes how a server behaves."""


class ChildDiedError(RuntimeError):
    """A child ended while it was waited for. The message ends with the tail of its log."""


class Guardian:
    """The process that ends our children when we cannot. Close it last; it also ends what was not stopped."""

    def __init__(self) -> None:
        script = str(_HERE / "guardian.py")
        self._process = subprocess.Popen(
            [*_PLAIN_PYTHON, script], stdin=subprocess.PIPE, start_new_session=True, cwd="/", env=BASE_ENVIRONMENT
        )
        if self._process.stdin is None:
            raise RuntimeError("the guardian was started without a pipe")
        self._pipe = self._process.stdin

    @property
    def pid(self) -> int:
        """The guardian's own process id."""
        return self._process.pid

    @property
    def fd(self) -> int:
        """The pipe's end through which a child registers itself."""
        return self._pipe.fileno()

    def drop(self, pid: int) -> None:
        """Forget a group that has ended, before its number can belong to a stranger."""
        with contextlib.suppress(BrokenPipeError):
            self._pipe.write(f"drop {pid}\n".encode())
            self._pipe.flush()

    def close(self) -> None:
        """End whatever is still registered, and the guardian itself."""
        with contextlib.suppress(BrokenPipeError):
            self._pipe.close()
        self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What to run, and how it wants to be stopped. ``identity`` is empty to run it as we are."""

    name: str
    argv: Sequence[str]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    directory: Path = Path("/")
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGKILL
    stop_seconds: float = 20
    identity: Mapping[str, int] = field(default_factory=dict)


class Child:
    """A running program together with everything that it started."""

    def __init__(self, program: Program, guardian: Guardian) -> None:
        self.program = program
        self._guardian = guardian
        program.log.parent.mkdir(parents=True, exist_ok=True)
        with program.log.open("ab") as log:
            self._process = subprocess.Popen(
                _leashed(program, guardian.fd),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[guardian.fd],
                cwd=program.directory,
                env={**BASE_ENVIRONMENT, **program.environment},
            )

    @property
    def pid(self) -> int:
        """The process id, which is also its group's and its session's."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; minus the signal's number where one ended it."""
        return self._process.poll()

    def stop(self) -> int:
        """Ask it to end, wait, and end what is left of its group by force. Returns the exit code."""
        self.ask_to_stop()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(self.program.stop_seconds)
        return self.kill()

    def ask_to_stop(self) -> None:
        """Ask it to end, and do not wait: several may go at the same time."""
        self._process.send_signal(self.program.stop_signal)

    def kill(self) -> int:
        """End the whole group at once (SIGKILL). Returns the exit code."""
        self._process.kill()  # Also when it has not come to lead its group yet.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        code = self._process.wait()
        self._guardian.drop(self.pid)
        return code

    def wait_until(self, ready: Callable[[], bool], seconds: float) -> None:
        """Poll ``ready`` until true. Raises `ChildDiedError` or `TimeoutError`, each with the log's tail."""
        deadline = time.monotonic() + seconds
        while not ready():
            if self.exit_code is not None:
                raise ChildDiedError(f"{self.program.name} ended with {self.exit_code}:\n{self.log_tail()}")
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.program.name} is not ready after {seconds:.0f} s:\n{self.log_tail()}")
            time.sleep(_POLL_SECONDS)

    def finish(self, seconds: float) -> None:
        """Wait for its own good end. Raises `ChildDiedError` for a bad one, and `TimeoutError`."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise TimeoutError(f"{self.program.name} still runs after {seconds:.0f} s:\n{self.log_tail()}") from None
        if self.kill():
            raise ChildDiedError(f"{self.program.name} ended with {self.exit_code}:\n{self.log_tail()}")

    def log_tail(self, characters: int = 2000) -> str:
        """The end of what it has written so far."""
        return self.program.log.read_text(errors="replace")[-characters:]


def run_as(
    identity: Mapping[str, int], argv: Sequence[str], environment: Mapping[str, str], *, said: str = ""
) -> CompletedProcess[str]:
    """Run a short-lived program under ``identity`` to its end, and return what it said to what is ``said`` to it."""
    program = Program(name=argv[0], argv=argv, log=Path(os.devnull), identity=identity)
    return subprocess.run(
        _leashed(program, guardian_fd=-1),
        env={**BASE_ENVIRONMENT, **environment},
        cwd="/",
        input=said,
        capture_output=True,
        text=True,
        check=False,
    )


def _leashed(program: Program, guardian_fd: int) -> list[str]:
    terms = {
        "guardian_fd": guardian_fd,
        "stop_signal": program.stop_signal,
        "death_signal": program.death_signal,
        "parent_pid": os.getpid(),
        "identity": dict(program.identity),
    }
    return [*_PLAIN_PYTHON, str(_HERE / "leash.py"), json.dumps(terms), *program.argv]
