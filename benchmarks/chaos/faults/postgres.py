"""Faults of PostgreSQL: it is away, full, out of connections, or kept waiting by somebody else's transaction."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final

import psycopg

from benchmarks.chaos.ids import uuid7
from benchmarks.chaos.kinds import Kind, SkippedError, Steps
from benchmarks.chaos.operators import WHY
from benchmarks.chaos.plan import Fault
from benchmarks.chaos.traffic import REGULAR, REGULARS
from benchmarks.chaos.world import World

_MOST_CONNECTIONS: Final = 400
_OTHER_SERVER: Final = 10**9
_GRAB_SECONDS: Final = 0.3
_SKEW_SECONDS: Final = 25.0
_BANNED_SECONDS: Final = 2.5
_UNBANNED_SECONDS: Final = (0.1, 0.5)

_SERVICES: Final = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'ledgerboard%'"
_WRITE: Final = """
    INSERT INTO facts (event_id, board, board_version, player, score, occurred_at, envelope_id)
    VALUES (%s, %s, 1, 'nobody', 0, now(), gen_random_uuid())
"""
_MOVE_NUMBERS: Final = """
    UPDATE facts SET recorded_xid = ((recorded_xid::text)::bigint + %s)::text::xid8
    WHERE board = %s AND recorded_xid IS NOT NULL AND (recorded_xid::text)::bigint %s %s
"""


def connected(world: World, *, autocommit: bool = False) -> psycopg.Connection[Any]:
    """A connection that waits for nobody for long: who holds it up may be another fault, which waits for this one."""
    return psycopg.connect(
        world.stack.database_url, connect_timeout=2, autocommit=autocommit, options="-c lock_timeout=2s"
    )


def clean_up(world: World, *tables: str) -> None:
    """VACUUM, so that the next rows of these tables take places before those that stand."""
    with connected(world, autocommit=True) as connection:
        for table in tables:
            connection.execute(f"VACUUM {table}".encode())


def restart(world: World, fault: Fault) -> Steps:
    """Stop it in good order, and start it again after a while."""
    world.stack.postgres.stop()
    yield fault.seconds
    world.start_postgres()


def kill(world: World, fault: Fault) -> Steps:
    """Kill it. Its children notice a moment later, and until they are gone no other may have their data."""
    world.stack.postgres.kill()
    yield fault.seconds
    world.start_postgres()


def take_connections(world: World, fault: Fault) -> Steps:
    """Take every connection there is, those of the services too, and give them back."""
    taken: list[psycopg.Connection[Any]] = []
    left = fault.seconds
    while left > 0:
        _take_what_is_free(world, taken)
        if not taken:
            raise SkippedError("PostgreSQL is down")
        with suppress(psycopg.Error):
            taken[0].execute(_SERVICES)
        _take_what_is_free(world, taken)
        yield _GRAB_SECONDS
        left -= _GRAB_SECONDS
    for connection in taken:
        connection.close()


def fill_disk(world: World, fault: Fault) -> Steps:
    """Leave its file system no room. A server that gave up for it is started again afterwards."""
    world.disk.fill()
    yield fault.seconds
    world.disk.give_room()
    if not world.stack.postgres.running:
        world.start_postgres()


def hold_transaction(world: World, fault: Fault) -> Steps:
    """Keep a transaction open that has written facts, and then take it back."""
    with connected(world) as connection:
        connection.execute(_WRITE, (uuid7(datetime.now(UTC), fault.dice()), fault.target))
        yield fault.seconds
        connection.rollback()


def lock_facts(world: World, fault: Fault) -> Steps:
    """Lock the facts just after players were unbanned, so that drawing them waits for the ledger."""
    dice, rankers = fault.dice(), world.replicas_of("ranker")
    behind = dice.choice((0.0, -_SKEW_SECONDS, -_SKEW_SECONDS))
    for name in rankers:
        world.clocks.move(name, behind)
    players = dice.sample(range(REGULARS), 2)
    for kind in ("ban", "unban"):
        for number in players:
            path, body = f"/v1/players/{REGULAR}{number}/{kind}", {**WHY, "board": fault.target}
            world.operators.correct("POST", path, body, f"{kind} {REGULAR}{number} {fault.target}")
        yield _BANNED_SECONDS if kind == "ban" else dice.uniform(*_UNBANNED_SECONDS)
    try:
        with connected(world) as connection:
            connection.execute("LOCK TABLE facts IN ACCESS EXCLUSIVE MODE")
            yield fault.seconds
            connection.rollback()
    finally:
        for name in rankers:
            world.clocks.move(name, 0.0)


def vacuum(world: World, _: Fault) -> Steps:
    """Clean up the small tables, so that new rows take the places of old ones."""
    clean_up(world, "generations", "restated", "touched")
    yield 0.0


def be_other_server(world: World, fault: Fault) -> Steps:
    """Let a board's facts be from transactions that this server has not come to yet, as after a dump and restore."""
    _move_numbers(world, fault.target, _OTHER_SERVER, "<")
    yield fault.seconds
    _move_numbers(world, fault.target, -_OTHER_SERVER, ">=")


def _move_numbers(world: World, board: str, by: int, which: str) -> None:
    """Nothing of ours may change facts, so this is done with the triggers off."""
    with connected(world) as connection:
        connection.execute("SET LOCAL session_replication_role = replica")
        words = _MOVE_NUMBERS.replace("%s %s", f"{which} {_OTHER_SERVER}")
        connection.execute(words.encode(), (by, board))


def _take_what_is_free(world: World, taken: list[psycopg.Connection[Any]]) -> None:
    with suppress(psycopg.Error):
        while len(taken) < _MOST_CONNECTIONS:
            taken.append(connected(world, autocommit=True))


_WAITS: Final = "Live boards go on; what needs the ledger is answered with 503, and done when it is back."

KINDS: Final = (
    Kind(
        name="postgres-restart",
        does="PostgreSQL is stopped in good order and started again within 20 s.",
        shows=_WAITS,
        per_hour=14,
        seconds=(0.0, 20.0),
        excludes="postgres",
        act=restart,
    ),
    Kind(
        name="postgres-kill",
        does="PostgreSQL is killed with signal 9 and started again within 10 s.",
        shows=_WAITS,
        per_hour=14,
        seconds=(0.0, 10.0),
        excludes="postgres",
        act=kill,
    ),
    Kind(
        name="connections",
        does="Every connection of PostgreSQL is taken for 3 to 15 s, those of the services too.",
        shows=_WAITS,
        per_hour=8,
        seconds=(3.0, 15.0),
        excludes="postgres",
        act=take_connections,
    ),
    Kind(
        name="disk-full",
        does="PostgreSQL's file system, a small one in memory, has no room for 2 to 12 s.",
        shows=_WAITS,
        per_hour=6,
        seconds=(2.0, 12.0),
        excludes="postgres",
        needs="mount",
        act=fill_disk,
    ),
    Kind(
        name="long-writer",
        does="A transaction that wrote a fact stays open for 3 to 50 s and is rolled back.",
        shows="Rebuilds and corrections wait for it, and nothing else does.",
        per_hour=20,
        seconds=(3.0, 50.0),
        targets="boards",
        excludes="long-writer",
        act=hold_transaction,
    ),
    Kind(
        name="facts-locked",
        does="Players are unbanned, and at once the table of facts is locked for 12 to 18 s, as a change of the schema "
        "does; mostly while the rankers' clocks are 25 s behind.",
        shows=_WAITS,
        per_hour=20,
        seconds=(12.0, 18.0),
        targets="boards",
        excludes="clock",
        act=lock_facts,
    ),
    Kind(
        name="vacuum",
        does="VACUUM of the small tables, so that new rows stand before old ones.",
        shows="Nothing.",
        per_hour=30,
        act=vacuum,
    ),
    Kind(
        name="other-server",
        does="For 8 to 30 s a board's facts are from transactions that this server has not come to, as after a dump "
        "and restore.",
        shows="Nothing is drawn from the ledger meanwhile; corrections wait, and follow.",
        per_hour=20,
        seconds=(8.0, 30.0),
        targets="plain boards",
        excludes="other-server",
        needs="asked for by name",
        act=be_other_server,
    ),
)
