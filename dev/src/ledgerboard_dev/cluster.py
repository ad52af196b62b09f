"""A real cluster: servers on loopback that share the slots out among them."""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Final

import redis

from ledgerboard_dev.embedded import EmbeddedValkey
from ledgerboard_dev.probes import free_port
from ledgerboard_dev.processes import Guardian, Program

_SLOTS: Final = 16384
_AGREED_SECONDS: Final = 30.0
_POLL_SECONDS: Final = 0.05


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
        nodes = [
            stack.enter_context(ClusterNode(home / str(number), guardian=guardian, choice=choice, durable=False))
            for number in range(size)
        ]
        clients = [stack.enter_context(redis.Redis(port=node.port)) for node in nodes]
        _share_slots(clients)
        _introduce(clients)
        _wait_for_agreement(clients)
        yield nodes


def _share_slots(clients: Sequence[redis.Redis]) -> None:
    bounds = [_SLOTS * number // len(clients) for number in range(len(clients) + 1)]
    for client, (first, end) in zip(clients, pairwise(bounds), strict=True):
        client.execute_command("CLUSTER ADDSLOTSRANGE", first, end - 1)  # type: ignore[no-untyped-call]


def _introduce(clients: Sequence[redis.Redis]) -> None:
    for client in clients[1:]:
        port, bus = client.get_connection_kwargs()["port"], client.config_get("cluster-port")["cluster-port"]
        clients[0].execute_command("CLUSTER MEET", "127.0.0.1", port, bus)  # type: ignore[no-untyped-call]


def _wait_for_agreement(clients: Sequence[redis.Redis]) -> None:
    deadline = time.monotonic() + _AGREED_SECONDS
    while not all(_agrees(client, len(clients)) for client in clients):
        if time.monotonic() > deadline:
            raise TimeoutError(f"no cluster that serves every slot after {_AGREED_SECONDS:.0f} s")
        time.sleep(_POLL_SECONDS)


def _agrees(client: redis.Redis, size: int) -> bool:
    """Whether this node serves, knows so many primaries with slots, and has a link to and from each of the others.

    What is published before there are links is heard on one node only. The raw answers; redis-py would parse them.
    """
    info: bytes = client.eval("return redis.call('CLUSTER', 'INFO')", 0)
    links: list[object] = client.eval("return redis.call('CLUSTER', 'LINKS')", 0)
    wanted = (b"cluster_state:ok", b"cluster_slots_ok:%d" % _SLOTS, b"cluster_size:%d" % size)
    return all(line in info.splitlines() for line in wanted) and len(links) == 2 * (size - 1)
