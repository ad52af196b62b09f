"""The troubles: each breaks one thing as it breaks in life, and mends what an operator's platform would mend.

Data is never mended: what a trouble took from the boards, they must find again themselves.
"""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

import redis

from benchmarks.chaos.proxy import Relay
from ledgerboard_dev.processes import ChildDiedError
from ledgerboard_dev.stack import Stack

_STALL_SECONDS: Final = 4.0
_REFUSE_SECONDS: Final = 3.0
_RESTART_SECONDS: Final = 30.0
_PAUSE_SECONDS: Final = (1.5, 4.0)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that can go wrong, by its name."""

    name: str
    happen: Callable[[], None]


class Troubles:
    """One trouble after the other. Every kind happens before one happens twice."""

    def __init__(self, stack: Stack, relay: Relay, seed: int, told: Callable[[str], None]) -> None:
        self._stack = stack
        self._relay = relay
        self._dice = random.Random(f"{seed}-troubles")
        self._told = told
        self.happened: Counter[str] = Counter()

    def last(self, seconds: float) -> None:
        """Trouble the stack for so long, from the calling thread: what a thread starts must not outlive it."""
        deadline = time.monotonic() + seconds
        for trouble in self._round_after_round():
            pause = self._dice.uniform(*_PAUSE_SECONDS)
            time.sleep(max(0.0, min(pause, deadline - time.monotonic())))
            if time.monotonic() >= deadline:
                return
            self._told(trouble.name)
            trouble.happen()
            self.happened[trouble.name] += 1

    def _round_after_round(self) -> Iterator[Trouble]:
        while True:
            kinds = [*self._kills(), *self._of_servers()]
            self._dice.shuffle(kinds)
            yield from kinds

    def _kills(self) -> list[Trouble]:
        return [Trouble(f"kill -9 {name}", partial(self._kill, name)) for name in self._stack.services]

    def _of_servers(self) -> list[Trouble]:
        return [
            Trouble("restart PostgreSQL", self._restart_postgres),
            Trouble("kill -9 PostgreSQL", self._kill_postgres),
            Trouble("FLUSHALL", self._flush),
            Trouble("restart Valkey", self._restart_valkey),
            Trouble("kill -9 Valkey", self._kill_valkey),
            Trouble("stall the queue server", self._stall_queues),
            Trouble("refuse the queue server's connections", self._refuse_queues),
        ]

    def _kill(self, name: str) -> None:
        self._stack.kill(name)
        self._stack.start(name)

    def _restart_postgres(self) -> None:
        self._stack.postgres.stop()
        self._stack.postgres.start()

    def _kill_postgres(self) -> None:
        """Its children notice a moment later, and until they are gone no other may have their data."""
        self._stack.postgres.kill()
        deadline = time.monotonic() + _RESTART_SECONDS
        while not self._stack.postgres.running:
            try:
                self._stack.postgres.start()
            except ChildDiedError:
                if time.monotonic() > deadline:
                    raise

    def _flush(self) -> None:
        with redis.Redis.from_url(self._stack.valkey.url) as client:
            client.flushall()

    def _restart_valkey(self) -> None:
        self._stack.valkey.stop()
        self._stack.valkey.start()

    def _kill_valkey(self) -> None:
        self._stack.valkey.kill()
        self._stack.valkey.start()

    def _stall_queues(self) -> None:
        """The process stands still with every connection open: nobody is told anything."""
        group = os.getpgid(self._stack.sqs.pid)
        os.killpg(group, signal.SIGSTOP)
        try:
            time.sleep(_STALL_SECONDS)
        finally:
            os.killpg(group, signal.SIGCONT)

    def _refuse_queues(self) -> None:
        self._relay.refuse()
        try:
            time.sleep(_REFUSE_SECONDS)
        finally:
            self._relay.open()
