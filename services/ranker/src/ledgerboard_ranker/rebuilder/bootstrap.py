"""Turn settings into a rebuilder. Builds the clients that it needs, and nothing else does."""

import os
import socket
from functools import partial
from typing import Final

from prometheus_client import CollectorRegistry

from ledgerboard_boards import BoardStates, RedisBoards, RedisPulse
from ledgerboard_contracts import MAX_CLOCK_SKEW
from ledgerboard_infra.clock import Clock, SystemClock
from ledgerboard_infra.health import Check, OpsServer
from ledgerboard_infra.postgres import PostgresClock, make_engine
from ledgerboard_infra.secrets import credentials, make_secrets
from ledgerboard_infra.skew import SkewWatch
from ledgerboard_infra.valkey import RedisClient, RedisClock, check_eviction, make_redis
from ledgerboard_ledger import (
    CachedVersions,
    PostgresBeats,
    PostgresDefinitions,
    PostgresGenerations,
    Replay,
    Restatements,
    Touches,
    check_schema,
)
from ledgerboard_ranker.clocks import StoreClocks
from ledgerboard_ranker.openings import Openings
from ledgerboard_ranker.rebuilder.metrics import RebuilderMetrics
from ledgerboard_ranker.rebuilder.rebuilding import Rebuilder
from ledgerboard_ranker.rebuilder.renewing import Renewal
from ledgerboard_ranker.rebuilder.runtime import RebuilderRuntime
from ledgerboard_ranker.rebuilder.scanning import Scan
from ledgerboard_ranker.rebuilder.swapping import Swap
from ledgerboard_ranker.rebuilder.watching import Watcher
from ledgerboard_ranker.settings import RebuilderSettings

REBUILDER: Final = "rebuilder"

_STATEMENT_SECONDS: Final = 120.0
"""Counting the facts of a great board takes longer than what anybody waits for."""


def make_rebuilder(settings: RebuilderSettings) -> tuple[RebuilderRuntime, OpsServer]:
    """Build the rebuilder. Connects when it runs; of a cluster it asks for the nodes at once."""
    registry, clock = CollectorRegistry(), SystemClock()
    secrets = make_secrets(settings.secrets, clock)
    metrics = RebuilderMetrics(registry)
    client = make_redis(settings.redis, credentials(secrets, settings.redis.secret))
    engine = make_engine(
        settings.postgres.writer_url,
        application_name=f"ledgerboard-{REBUILDER}",
        pool_size=settings.postgres.pool_size,
        credentials=credentials(secrets, settings.postgres.secret),
        statement_timeout_seconds=_STATEMENT_SECONDS,
    )
    generations, touches, ledger = PostgresGenerations(engine), Touches(engine), Replay(engine)
    states, boards = BoardStates(client, settings.stage), RedisBoards(client, settings.stage)
    clocks = StoreClocks(states, PostgresClock(engine), clock)
    openings = Openings(states, generations, Restatements(engine), clocks)
    rebuilder = Rebuilder(
        f"{socket.gethostname()}:{os.getpid()}",
        settings.rebuild.lease_seconds,
        generations=generations,
        openings=openings,
        definitions=CachedVersions(PostgresDefinitions(engine)),
        ledger=ledger,
        scan=Scan(ledger, states, boards, clock),
        swap=Swap(generations, states, boards, touches),
        metrics=metrics,
    )
    renewal = Renewal(generations, states, openings)
    pulse, beats = RedisPulse(client, settings.stage), PostgresBeats(engine)
    watcher = Watcher(pulse, beats, states, generations, touches, renewal, metrics=metrics)
    stores: dict[str, Clock] = {"postgres": PostgresClock(engine), "redis": RedisClock(client)}
    skew = SkewWatch(registry, clock, stores, most=MAX_CLOCK_SKEW)
    checks: dict[str, Check] = {
        "redis": partial(_ping, client),
        "maxmemory-policy": partial(check_eviction, client),
        "postgres": partial(check_schema, engine),
        "clocks": skew.look,
    }
    runtime = RebuilderRuntime(rebuilder, watcher, settings.rebuild, metrics)
    return runtime, OpsServer(settings.ops, checks, registry)


def _ping(client: RedisClient) -> None:
    client.ping()
