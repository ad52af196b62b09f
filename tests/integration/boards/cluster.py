"""A real cluster: servers on loopback that share the slots out among them."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Final

import redis

from ledgerboard_dev.embedded import EmbeddedValkey
from ledgerboard_dev.private import new_secret
from ledgerboard_dev.probes import free_port
from ledgerboard_dev.processes import Guardian, Program
from ledgerboard_testkit.polling import eventually

_SLOTS: Final = 16384


class ClusterNode(EmbeddedValkey):
    """One primary. Its bus has a port of its own, since the usual one, 10,000 further, may be taken."""

    def _program(self) -> Program:
        program = super()._program()
        options = ["--cluster-enabled", "yes", "--cluster-port", str(free_port())]
        return replace(program, argv=[*program.argv, *options])


@contextmanager
def running_cluster(home: Path, size: int, guardian: Guardian, choice: str) -> Iterator[Sequence[ClusterNode]]:
    """So many primaries, met and agreed on who has which slots."""
    with ExitStack() as stack:
        password = new_secret()  # A client of the cluster shows all nodes the same.
        nodes = [
            stack.enter_context(
                ClusterNode(home / str(number), guardian=guardian, choice=choice, durable=False, password=password)
            )
            for number in range(size)
        ]
        clients = [stack.enter_context(redis.Redis.from_url(node.url)) for node in nodes]
        _share_slots(clients)
        _introduce(clients)
        eventually(lambda: all(_agrees(client, size) for client in clients), what="a cluster that serves every slot")
        yield nodes


def _share_slots(clients: Sequence[redis.Redis]) -> None:
    bounds = [_SLOTS * number // len(clients) for number in range(len(clients) + 1)]
    for client, (first, end) in zip(clients, pairwise(bounds), strict=True):
        client.execute_command("CLUSTER ADDSLOTSRANGE", first, end - 1)  # type: ignore[no-untyped-call]


def _introduce(clients: Sequence[redis.Redis]) -> None:
    for client in clients[1:]:
        port, bus = client.get_connection_kwargs()["port"], client.config_get("cluster-port")["cluster-port"]
        clients[0].execute_command("CLUSTER MEET", "127.0.0.1", port, bus)  # type: ignore[no-untyped-call]


def _agrees(client: redis.Redis, size: int) -> bool:
    """Whether this node serves, knows so many primaries with slots, and has a link to and from each of the others.

    What is published before there are links is heard on one node only. The raw answers; redis-py would parse them.
    """
    info: bytes = client.eval("return redis.call('CLUSTER', 'INFO')", 0)
    links: list[object] = client.eval("return redis.call('CLUSTER', 'LINKS')", 0)
    wanted = (b"cluster_state:ok", b"cluster_slots_ok:%d" % _SLOTS, b"cluster_size:%d" % size)
    return all(line in info.splitlines() for line in wanted) and len(links) == 2 * (size - 1)
