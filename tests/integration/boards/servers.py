"""Servers of their own for tests that harm them, and what makes one copy another."""

from contextlib import ExitStack
from pathlib import Path
from typing import Self

import redis

from ledgerboard_dev.embedded import EmbeddedValkey
from ledgerboard_dev.private import new_secret
from ledgerboard_dev.processes import Guardian
from ledgerboard_dev.settings import DevSettings
from ledgerboard_testkit.polling import eventually


class Replicas:
    """Some servers on loopback, each with a client that talks to it whatever it is at the moment."""

    def __init__(self, home: Path, guardian: Guardian, settings: DevSettings, count: int = 2) -> None:
        password = new_secret()  # One that copies another shows its own.
        self.servers = [
            EmbeddedValkey(
                home / f"server-{number}", guardian=guardian, choice=settings.redis, durable=False, password=password
            )
            for number in range(count)
        ]
        self.clients: list[redis.Redis] = []
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        for server in self.servers:
            self._stack.enter_context(server)
            client = self._stack.enter_context(redis.Redis.from_url(server.url, socket_timeout=5))
            client.config_set("repl-diskless-sync-delay", 0)  # It would wait for more replicas than there are.
            self.clients.append(client)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def follow(self, replica: redis.Redis, primary: redis.Redis) -> None:
        """Make one copy the other, and return once it has everything."""
        host, port = "127.0.0.1", primary.get_connection_kwargs()["port"]
        replica.replicaof(host, port)
        eventually(lambda: replica.info("replication").get("master_link_status") == "up", what="a replica")
        self.catch_up(replica, primary)

    def catch_up(self, replica: redis.Redis, primary: redis.Redis) -> None:
        """Return once the replica has what the primary has now."""
        offset = primary.info("replication")["master_repl_offset"]
        eventually(lambda: replica.info("replication")["slave_repl_offset"] >= offset, what="the last writes")

    def promote(self, replica: redis.Redis) -> None:
        """Make it a primary with what it has."""
        replica.execute_command("REPLICAOF", "NO", "ONE")  # type: ignore[no-untyped-call]
