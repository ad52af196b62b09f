"""Faults of a cluster: slots move from one primary to another while they are written to."""

from collections.abc import Sequence
from typing import Any, Final

import redis

from benchmarks.chaos.kinds import Kind, SkippedError, Steps
from benchmarks.chaos.plan import Fault
from benchmarks.chaos.valkeys import client_of
from benchmarks.chaos.world import World
from ledgerboard_dev.cluster import ClusterNode

_KEYS_A_STEP: Final = 20
_STEP_SECONDS: Final = 0.05
_TIMEOUT_MILLISECONDS: Final = 5_000


def move_slot(world: World, fault: Fault) -> Steps:
    """Move the slot of a board to another primary, some keys at a time."""
    dice = fault.dice()
    with client_of(world.nodes[0]) as client:
        slot = _asked(client, "CLUSTER", "KEYSLOT", f"{{{world.stack.stage}/{fault.target}}}")
        slots = _asked(client, "CLUSTER", "SLOTS")
    source = _owner_of(slot, slots, world.nodes)
    target = dice.choice([node for node in world.nodes if node is not source])
    yield from _moved(slot, source, target, world.nodes)


def _moved(slot: int, source: ClusterNode, target: ClusterNode, nodes: Sequence[ClusterNode]) -> Steps:
    with client_of(source) as giver, client_of(target) as taker:
        giver_id, taker_id = _asked(giver, "CLUSTER", "MYID"), _asked(taker, "CLUSTER", "MYID")
        _asked(taker, "CLUSTER", "SETSLOT", slot, "IMPORTING", giver_id)
        _asked(giver, "CLUSTER", "SETSLOT", slot, "MIGRATING", taker_id)
        while keys := _asked(giver, "CLUSTER", "GETKEYSINSLOT", slot, _KEYS_A_STEP):
            there = ("127.0.0.1", target.port, "", 0, _TIMEOUT_MILLISECONDS, "AUTH", target.password)
            _asked(giver, "MIGRATE", *there, "KEYS", *keys)
            yield _STEP_SECONDS
        for node in (target, source, *nodes):
            with client_of(node) as client:
                _asked(client, "CLUSTER", "SETSLOT", slot, "NODE", taker_id)


def _owner_of(slot: int, slots: Any, nodes: Sequence[ClusterNode]) -> ClusterNode:
    for first, last, (_, port, *_), *_ in slots:
        if int(first) <= slot <= int(last):
            return next(node for node in nodes if node.port == int(port))
    raise SkippedError(f"nobody has slot {slot}")


def _asked(client: redis.Redis, *words: object) -> Any:
    """The raw answer: redis-py would make something of its own of those about clusters."""
    connection = client.connection_pool.get_connection()
    try:
        connection.send_command(*words)  # type: ignore[no-untyped-call]  # redis-py leaves it untyped.
        return connection.read_response()
    finally:
        client.connection_pool.release(connection)


KINDS: Final = (
    Kind(
        name="slots",
        does="The slot of a board moves to another primary of the cluster, 20 keys at a time, while it is played.",
        shows="Calls are asked again elsewhere, or a little later. Every view stays right.",
        per_hour=120,
        targets="boards",
        excludes="slots",
        needs="--cluster",
        act=move_slot,
    ),
)
