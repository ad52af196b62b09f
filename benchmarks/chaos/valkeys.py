"""Two Valkeys, of which one serves and the other follows it, and files of older data to start them from."""

import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import redis

from benchmarks.chaos.network.links import OPEN, Condition, Link, Way
from benchmarks.chaos.network.loop import Network
from ledgerboard_dev.embedded import EmbeddedValkey

_FILES: Final = "appendonlydir"
_COPY_TRIES: Final = 5


class ValkeyPair:
    """What the services take for one Redis. Who of the two serves is said here, and the links lead there.

    The first is never started anew by a fail-over, as in life: it stands by with what it had.
    """

    def __init__(self, first: EmbeddedValkey, second: EmbeddedValkey, network: Network, replication: Link) -> None:
        self.first = first
        self.second = second
        self.serving = first
        self.left_behind: dict[str, EmbeddedValkey] = {}
        self._network = network
        self._replication = replication

    @property
    def other(self) -> EmbeddedValkey:
        """The one that does not serve."""
        return self.second if self.serving is self.first else self.first

    def port_for(self, service: str) -> int:
        """Where a service finds its Redis; one that was left behind at a fail-over, where it was."""
        return self.left_behind.get(service, self.serving).port

    def follow(self) -> None:
        """Let the other one replicate the one that serves, if both can be reached."""
        with suppress(redis.RedisError), client_of(self.other) as client:
            client.execute_command("REPLICAOF", "127.0.0.1", self._replication.port)

    def lag(self, *, is_lagging: bool) -> None:
        """Hold back what the replica is sent, or let it pass."""
        self._network.run(self._replication.set(Condition(Way.HELD) if is_lagging else OPEN))

    def promote(self) -> None:
        """Let the other one serve, with whatever it has."""
        with client_of(self.other) as client:
            client.execute_command("REPLICAOF", "NO", "ONE")
        self.serving = self.other

    @property
    def is_in_step(self) -> bool:
        """Whether the other one has what the serving one has, but for what is on its way."""
        with suppress(redis.RedisError), client_of(self.other) as client:
            state: dict[str, Any] = client.info("replication")
            return bool(state.get("master_link_status") == "up")
        return False

    def let_have_memory(self) -> None:
        """Bound neither one's memory, and let neither throw anything away."""
        for server in (self.first, self.second):
            with client_of(server) as client, suppress(redis.RedisError):
                client.config_set("maxmemory", 0)
                client.config_set("maxmemory-policy", "noeviction")

    def copy_files(self, folder: Path) -> None:
        """Copy what the serving one has written so far, as a backup of its disk would."""
        for _ in range(_COPY_TRIES):
            shutil.rmtree(folder, ignore_errors=True)
            with suppress(OSError, shutil.Error):  # A file may be replaced by a shorter one meanwhile.
                shutil.copytree(self.serving.home / _FILES, folder)
                return

    def start_from(self, folder: Path) -> None:
        """Start the serving one anew from files that were copied before."""
        self.serving.kill()
        shutil.rmtree(self.serving.home / _FILES, ignore_errors=True)
        shutil.copytree(folder, self.serving.home / _FILES)
        self.serving.start()


def client_of(server: EmbeddedValkey) -> redis.Redis:
    """A client of one server, for its operator."""
    return redis.Redis.from_url(server.url, socket_timeout=5, socket_connect_timeout=5)
