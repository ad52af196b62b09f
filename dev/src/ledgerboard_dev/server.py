"""What the embedded servers have in common: a port that stays, a wait for readiness, a clean end."""

from abc import ABC, abstractmethod
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from ledgerboard_dev.probes import free_port
from ledgerboard_dev.processes import Child, ChildDiedError, Guardian, Program

_READY_SECONDS: Final = 60
_PORT_TRIES: Final = 3


class Server(ABC):
    """A server in a process of its own, its files under ``home``. Without a ``guardian`` it brings one."""

    def __init__(self, home: Path, *, guardian: Guardian | None = None) -> None:
        self.home = home.resolve()
        self.home.mkdir(parents=True, exist_ok=True)
        self._given_guardian = guardian
        self._owned = ExitStack()
        self._guardian: Guardian | None = None
        self._child: Child | None = None
        self.port = 0

    @property
    @abstractmethod
    def url(self) -> str:
        """Where clients find it. Known once it was started."""

    @property
    def pid(self) -> int:
        """The process id while it runs."""
        if self._child is None:
            raise RuntimeError(f"{type(self).__name__} is not running")
        return self._child.pid

    @property
    def running(self) -> bool:
        """Whether its process lives."""
        return self._child is not None and self._child.exit_code is None

    def start(self) -> None:
        """Start it and wait until it answers. The port of an earlier start is kept."""
        if self._guardian is None:
            self._guardian = self._given_guardian or self._owned.enter_context(Guardian())
        self._prepare()
        if self.port:
            self._launch(self._guardian)
        else:
            self._launch_on_free_port(self._guardian)

    def stop(self) -> None:
        """Let it write what it wants to write, and end it."""
        if self._child is not None:
            self._child.stop()
            self._child = None

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._child is not None:
            self._child.kill()
            self._child = None

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self._owned.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.stop()
        finally:
            self._owned.close()

    def _launch_on_free_port(self, guardian: Guardian) -> None:
        """Another process may take a free port before the server does; then the next one is tried."""
        for tries_left in reversed(range(_PORT_TRIES)):
            self.port = free_port()
            try:
                self._launch(guardian)
            except ChildDiedError:
                self.port = 0
                if not tries_left:
                    raise
            else:
                return

    def _launch(self, guardian: Guardian) -> None:
        self._child = Child(self._program(), guardian)
        try:
            self._child.wait_until(self._ready, _READY_SECONDS)
        except BaseException:
            self.kill()
            raise

    def _prepare(self) -> None:  # noqa: B027 -- most need nothing
        """Make what the program needs before its first start."""

    @abstractmethod
    def _program(self) -> Program: ...

    @abstractmethod
    def _ready(self) -> bool: ...
