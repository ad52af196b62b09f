"""A real cluster: servers on loopback that share the slots out among them."""

import time
from collections.abc import Callable, Iterator, Sequence
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
        _wait_for_agreement(clients)
        yield nodes


def add_replica(nodes: Sequence[ClusterNode], replica: ClusterNode, of: redis.Redis) -> None:
    """Let ``replica``, which runs, copy one of the primaries, and return once all nodes know it."""
    with redis.Redis.from_url(replica.url) as client:
        bus = client.config_get("cluster-port")["cluster-port"]
        of.execute_command("CLUSTER MEET", "127.0.0.1", replica.port, bus)  # type: ignore[no-untyped-call]
        name = _said(of, "CLUSTER", "MYID").decode()
        _wait_until(lambda: name.encode() in _said(client, "CLUSTER", "NODES"), what="an introduction")
        client.config_set("repl-diskless-sync-delay", 0)
        _wait_until(lambda: _follows(client, name), what="a replica")
        _wait_until(lambda: client.info("replication").get("master_link_status") == "up", what="its copy")
    _wait_until(lambda: all(_knows(node, replica) for node in nodes), what="all to know it")


def fail_over(replica: ClusterNode) -> None:
    """Let it take its primary's place, which becomes its replica."""
    with redis.Redis.from_url(replica.url) as client:
        client.execute_command("CLUSTER FAILOVER")
        _wait_until(lambda: client.info("replication")["role"] == "master", what="the fail-over")


def _follows(client: redis.Redis, primary: str) -> bool:
    """Refused while it has not heard of the slots yet."""
    try:
        client.execute_command("CLUSTER REPLICATE", primary)  # type: ignore[no-untyped-call]
    except redis.ResponseError:
        return False
    return True


def _knows(node: ClusterNode, other: ClusterNode) -> bool:
    with redis.Redis.from_url(node.url) as client:
        return f"127.0.0.1:{other.port}".encode() in _said(client, "CLUSTER", "NODES")


def _said(client: redis.Redis, *command: str) -> bytes:
    """The raw answer; redis-py would parse it."""
    words = ", ".join(f"'{word}'" for word in command)
    answer: bytes = client.eval(f"return redis.call({words})", 0)
    return answer


def _share_slots(clients: Sequence[redis.Redis]) -> None:
    bounds = [_SLOTS * number // len(clients) for number in range(len(clients) + 1)]
    for client, (first, end) in zip(clients, pairwise(bounds), strict=True):
        client.execute_command("CLUSTER ADDSLOTSRANGE", first, end - 1)  # type: ignore[no-untyped-call]


def _introduce(clients: Sequence[redis.Redis]) -> None:
    for client in clients[1:]:
        port, bus = client.get_connection_kwargs()["port"], client.config_get("cluster-port")["cluster-port"]
        clients[0].execute_command("CLUSTER MEET", "127.0.0.1", port, bus)  # type: ignore[no-untyped-call]


def _wait_for_agreement(clients: Sequence[redis.Redis]) -> None:
    _wait_until(
        lambda: all(_agrees(client, len(clients)) for client in clients), what="a cluster that serves every slot"
    )


def _wait_until(condition: Callable[[], bool], *, what: str) -> None:
    deadline = time.monotonic() + _AGREED_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"no sign of {what} after {_AGREED_SECONDS:.0f} s")
        time.sleep(_POLL_SECONDS)


def _agrees(client: redis.Redis, size: int) -> bool:
    """Whether this node serves, knows so many primaries with slots, and has a link to and from each of the others.

    What is published before there are links is heard on one node only. The raw answers; redis-py would parse them.
    """
    info = _said(client, "CLUSTER", "INFO")
    links: list[object] = client.eval("return redis.call('CLUSTER', 'LINKS')", 0)
    wanted = (b"cluster_state:ok", b"cluster_slots_ok:%d" % _SLOTS, b"cluster_size:%d" % size)
    return all(line in info.splitlines() for line in wanted) and len(links) == 2 * (size - 1)
