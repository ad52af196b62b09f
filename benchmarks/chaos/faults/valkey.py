"""Faults of Valkey: it restarts, forgets, is old, is full, evicts, and fails over to a replica that lags."""

import random
from typing import Any, Final

import redis

from benchmarks.chaos.boards import seconds_until_played
from benchmarks.chaos.faults.looking import until
from benchmarks.chaos.kinds import Kind, Steps
from benchmarks.chaos.plan import Fault
from benchmarks.chaos.valkeys import client_of
from benchmarks.chaos.world import World

_EVICTED_SHARE: Final = 0.5
_LEAST_LAG_SECONDS: Final = 0.5
_SYNC_LOOKS: Final = 100
_LOOK_SECONDS: Final = 0.1
_BEFORE_SECONDS: Final = 0.5
_AWAY_SECONDS: Final = (10.0, 18.0)
_NEEDED_SECONDS: Final = 45.0

_IS_CALM: Final = """
    SELECT 1 WHERE NOT EXISTS (SELECT FROM beats WHERE noticed_at IS NOT NULL) AND NOT EXISTS (
        SELECT FROM generations WHERE state IN ('requested', 'opening', 'building')
        OR state = 'live' AND until > clock_timestamp()
    ) AND EXISTS (
        SELECT FROM touched WHERE board LIKE '%resting%' AND touched_at < clock_timestamp() - interval '95 s'
    )
"""


def restart(world: World, fault: Fault) -> Steps:
    """Stop and start: the append-only file has everything."""
    server = world.valkeys.serving
    server.stop()
    yield fault.seconds
    server.start()
    world.valkeys.follow()


def kill(world: World, fault: Fault) -> Steps:
    """Kill and start: what was written in the last second may be gone."""
    server = world.valkeys.serving
    server.kill()
    yield fault.seconds
    server.start()
    world.valkeys.follow()


def flush(world: World, _: Fault) -> Steps:
    """Empty it."""
    with client_of(world.valkeys.serving) as client:
        client.flushall()
    yield 0.0


def start_older(world: World, fault: Fault) -> Steps:
    """Copy its files, and start it from the copy some time later."""
    folder = world.folder / "files" / "older"
    world.valkeys.copy_files(folder)
    yield fault.seconds
    world.valkeys.start_from(folder)
    world.valkeys.follow()


def start_first(world: World, _: Fault) -> Steps:
    """Start it from files that were copied before any rebuilder had written a beat."""
    world.valkeys.start_from(world.first_files)
    world.valkeys.follow()
    yield 0.0


def cut_power(world: World, fault: Fault) -> Steps:
    """Let PostgreSQL go first, and Valkey and the rankers a while later, Valkey to what it had when PostgreSQL went.

    That is just before a board is played that has rested for so long that no note tells of it. If it can be, it is when
    nothing was drawn lately, and nobody plays in sessions: else rankers and ingest have questions to PostgreSQL, and
    hold what comes.
    """
    yield from until(world, _IS_CALM, fault.seconds - _NEEDED_SECONDS)
    folder, rankers = world.folder / "files" / "power", world.replicas_of("ranker")
    world.sessions_rest = True
    world.valkeys.copy_files(folder)
    yield max(0.0, seconds_until_played(world.boards.values(), world.playing_for) - _BEFORE_SECONDS)
    world.stack.postgres.kill()
    yield fault.dice().uniform(*_AWAY_SECONDS)
    for name in rankers:
        world.stack.kill(name)
    world.valkeys.start_from(folder)
    for name in rankers:
        world.stack.services[name].launch()
    yield fault.dice().uniform(0.5, 3.0)
    world.start_postgres()
    world.sessions_rest = False
    world.valkeys.follow()


def fail_over(world: World, fault: Fault) -> Steps:
    """Promote the lagging replica, and fail back without having started the first one anew.

    The failing back is straight (the first has what it had) or by replication (it has what the second had, under its
    own old name). Sometimes one service is left behind at the first and goes on writing there.
    """
    dice, pair = fault.dice(), world.valkeys
    yield from _in_step(world)
    pair.lag(is_lagging=True)
    yield max(_LEAST_LAG_SECONDS, min(dice.uniform(0.5, 6.0), fault.seconds / 4))
    left = dice.choice(world.replicas_of("ranker")) if dice.random() < 0.4 else ""
    if left:
        pair.left_behind[left] = pair.serving
    pair.promote()
    pair.lag(is_lagging=False)
    _cut_valkey(world)
    yield dice.uniform(2.0, 10.0)
    pair.left_behind.clear()
    _cut_valkey(world)
    yield fault.seconds / 2
    yield from _fail_back(world, dice)
    _cut_valkey(world)
    pair.follow()


def fill(world: World, fault: Fault) -> Steps:
    """Leave no memory for another write."""
    with client_of(world.valkeys.serving) as client:
        client.config_set("maxmemory", _used(client))
    yield fault.seconds
    world.valkeys.let_have_memory()


def evict(world: World, fault: Fault) -> Steps:
    """Let it throw keys away that have an expiry, as a server that was set up as a cache does."""
    with client_of(world.valkeys.serving) as client:
        client.config_set("maxmemory-policy", "volatile-lru")
        client.config_set("maxmemory", int(_used(client) * _EVICTED_SHARE))
    yield fault.seconds
    world.valkeys.let_have_memory()


def _fail_back(world: World, dice: random.Random) -> Steps:
    pair = world.valkeys
    if dice.random() < 0.6:
        pair.serving = pair.other
        return
    yield from _in_step(world)
    pair.promote()


def _in_step(world: World) -> Steps:
    """Wait until the replica follows, if it does at all."""
    world.valkeys.follow()
    for _ in range(_SYNC_LOOKS):
        if world.valkeys.is_in_step:
            return
        yield _LOOK_SECONDS


def _used(client: redis.Redis) -> int:
    memory: dict[str, Any] = client.info("memory")
    return int(memory["used_memory"])


def _cut_valkey(world: World) -> None:
    world.cut("*/valkey")


_RENEWED: Final = "Boards in doubt are answered by the ledger until they are built anew, within seconds. None is wrong."

KINDS: Final = (
    Kind(
        name="valkey-restart",
        does="Valkey is stopped and started within 5 s.",
        shows=_RENEWED,
        per_hour=10,
        seconds=(0.0, 5.0),
        excludes="valkey",
        needs="no cluster",
        act=restart,
    ),
    Kind(
        name="valkey-kill",
        does="Valkey is killed with signal 9 and started within 5 s.",
        shows=_RENEWED,
        per_hour=10,
        seconds=(0.0, 5.0),
        excludes="valkey",
        needs="no cluster",
        act=kill,
    ),
    Kind(
        name="valkey-flush",
        does="FLUSHALL.",
        shows=_RENEWED,
        per_hour=10,
        excludes="valkey",
        needs="no cluster",
        act=flush,
    ),
    Kind(
        name="valkey-older",
        does="Valkey is started anew from a copy of its files that is 3 to 40 s old.",
        shows=_RENEWED,
        per_hour=20,
        seconds=(3.0, 40.0),
        excludes="valkey",
        needs="no cluster",
        act=start_older,
    ),
    Kind(
        name="valkey-first",
        does="Valkey is started anew from files that are older than the first beat of any rebuilder.",
        shows=_RENEWED,
        per_hour=6,
        excludes="valkey",
        needs="no cluster",
        act=start_first,
    ),
    Kind(
        name="power-cut",
        does="PostgreSQL goes, 10 to 18 s later Valkey and the rankers do, and Valkey comes back with what it had when "
        "PostgreSQL went: nobody could note what was written since. It begins just before a rested board is played.",
        shows=_RENEWED,
        per_hour=5,
        seconds=(130.0, 170.0),
        excludes="valkey postgres",
        needs="no cluster",
        act=cut_power,
    ),
    Kind(
        name="fail-over",
        does="A replica that lags by up to 6 s is promoted, and later the first, which was never started anew, serves "
        "again. Sometimes a ranker is left behind for some seconds and writes to the other one.",
        shows=_RENEWED,
        per_hour=16,
        seconds=(15.0, 60.0),
        excludes="valkey",
        needs="no cluster",
        act=fail_over,
    ),
    Kind(
        name="valkey-full",
        does="maxmemory is reached for 2 to 20 s.",
        shows="Boards stand still and are read as ever, or from the ledger. Nothing is lost.",
        per_hour=12,
        seconds=(2.0, 20.0),
        excludes="valkey",
        needs="no cluster",
        act=fill,
    ),
    Kind(
        name="evict",
        does="maxmemory-policy is volatile-lru for 1 to 5 s, and half of the memory is wanted back.",
        shows=_RENEWED,
        per_hour=8,
        seconds=(1.0, 5.0),
        excludes="valkey",
        needs="no cluster",
        act=evict,
    ),
)
