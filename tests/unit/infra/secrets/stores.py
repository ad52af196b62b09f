"""A store in memory, and secrets that keep what it says."""

import threading
from dataclasses import dataclass, field
from datetime import timedelta

from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.secrets import MissingSecretError, Secret, Secrets
from ledgerboard_testkit.memory import FixedClock

NAME = "boards/database"


class MemoryStore:
    """Counts its fetches; is down or slow when it is told so."""

    def __init__(self) -> None:
        self.secrets: dict[str, Secret] = {}
        self.fetches: list[str] = []
        self.available = True
        self.gate = threading.Event()
        self.gate.set()

    def fetch(self, name: str) -> Secret:
        self.fetches.append(name)
        assert self.gate.wait(10)
        if not self.available:
            raise UnavailableError("the store is down")
        if name not in self.secrets:
            raise MissingSecretError(f"there is no secret {name}")
        return self.secrets[name]

    def rotate(self, value: str, name: str = NAME) -> None:
        self.secrets[name] = Secret(value, self.secrets[name].current if name in self.secrets else None)


@dataclass
class Scene:
    store: MemoryStore = field(default_factory=MemoryStore)
    clock: FixedClock = field(default_factory=FixedClock)
    paused_seconds: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.secrets = Secrets(self.store, self.clock, stage="blue")
        self.store.rotate("first")

    def pause(self, seconds: float) -> None:
        self.paused_seconds.append(seconds)
        self.clock.advance(timedelta(seconds=seconds))
