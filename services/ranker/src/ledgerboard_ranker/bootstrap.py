"""Turn settings into a worker. The only place that builds clients."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

import sqlalchemy
from prometheus_client import CollectorRegistry

from ledgerboard_boards import BoardStates, RedisBoards
from ledgerboard_contracts import MAX_CLOCK_SKEW
from ledgerboard_contracts.queues import RANK
from ledgerboard_infra.clock import Clock, SystemClock
from ledgerboard_infra.health import Check, OpsServer
from ledgerboard_infra.metrics import StreamMetrics
from ledgerboard_infra.postgres import PostgresClock, make_engine
from ledgerboard_infra.secrets import credentials, make_secrets
from ledgerboard_infra.skew import SkewWatch
from ledgerboard_infra.sqs import queue_limits, resolve_queue_url, sqs_client
from ledgerboard_infra.stream import StreamRuntime
from ledgerboard_infra.valkey import RedisClient, RedisClock, check_eviction, make_redis
from ledgerboard_ledger import (
    CachedVersions,
    PostgresDefinitions,
    PostgresGenerations,
    Replay,
    Restatements,
    Snapshots,
    Touches,
)
from ledgerboard_ranker.catching_up import CatchingUp
from ledgerboard_ranker.clocks import StoreClocks
from ledgerboard_ranker.founding import Founding
from ledgerboard_ranker.known import KnownStates
from ledgerboard_ranker.metrics import RankerMetrics
from ledgerboard_ranker.openings import Openings
from ledgerboard_ranker.projection import Projection
from ledgerboard_ranker.restating import Restating
from ledgerboard_ranker.settings import Settings
from ledgerboard_ranker.touching import OwedNotes, Touching
from ledgerboard_ranker.worker import FactsHandler

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

SERVICE: Final = "ranker"

_MOST_WAIT_SECONDS: Final = 1.0
"""How long a lane waits for somebody's transaction before it goes on with other messages."""


@dataclass(frozen=True, slots=True)
class Worker:
    """What `run_worker` runs."""

    runtime: StreamRuntime
    ops_server: OpsServer
    owed_notes: OwedNotes


def make_worker(settings: Settings) -> Worker:
    """Build the worker. Raises `UnavailableError` while the queue ``rank`` or its dead-letter queue is missing."""
    registry, clock = CollectorRegistry(), SystemClock()
    secrets = make_secrets(settings.secrets, clock)
    boards = make_redis(settings.redis, credentials(secrets, settings.redis.secret))
    engine = make_engine(
        settings.postgres.writer_url,
        application_name=f"ledgerboard-{SERVICE}",
        pool_size=settings.postgres.pool_size,
        credentials=credentials(secrets, settings.postgres.secret),
    )
    sqs = sqs_client(settings.aws, wait_seconds=settings.stream.wait_seconds)
    queue_url = resolve_queue_url(sqs, RANK.full_name(settings.stage))
    touching = Touching(Touches(engine))
    handler = _handler(boards, engine, settings, touching, RankerMetrics(registry), clock)
    runtime = StreamRuntime(
        sqs,
        queue_url,
        resolve_queue_url(sqs, RANK.dead_letter_name(settings.stage)),
        handler,
        settings.stream,
        StreamMetrics(registry, SERVICE),
        clock,
    )
    stores: dict[str, Clock] = {"postgres": PostgresClock(engine), "redis": RedisClock(boards)}
    skew = SkewWatch(registry, clock, stores, most=MAX_CLOCK_SKEW)
    checks = {**_checks(boards, sqs, queue_url, engine), "clocks": skew.look}
    return Worker(runtime, OpsServer(settings.ops, checks, registry), OwedNotes(touching))


def _handler(
    client: RedisClient,
    engine: sqlalchemy.Engine,
    settings: Settings,
    touching: Touching,
    metrics: RankerMetrics,
    clock: Clock,
) -> FactsHandler:
    boards = RedisBoards(client, settings.stage, mark_seconds=settings.mark_seconds)
    states = BoardStates(client, settings.stage)
    clocks = StoreClocks(states, PostgresClock(engine), clock)
    definitions = PostgresDefinitions(engine)
    versions = CachedVersions(definitions)
    snapshots, replay = Snapshots(engine, most_seconds=_MOST_WAIT_SECONDS), Replay(engine)
    generations, restatements = PostgresGenerations(engine, snapshots), Restatements(engine, snapshots)
    openings = Openings(states, generations, restatements, clocks)
    founding = Founding(states, generations, replay, openings, clock)
    restating = Restating(founding, boards, restatements, replay, definitions, touching, clocks)
    known = KnownStates(states, founding)
    projection = Projection(
        versions,
        boards,
        known,
        replay,
        touching,
        CatchingUp(states, generations, restatements, openings, restating),
        restating,
        metrics=metrics,
        clock=clock,
    )
    return FactsHandler(projection, restating)


def _checks(boards: RedisClient, sqs: "SQSClient", queue_url: str, engine: sqlalchemy.Engine) -> Mapping[str, Check]:
    """Exactly what the ranker needs."""
    return {
        "redis": partial(_ping_redis, boards),
        "maxmemory-policy": partial(check_eviction, boards),
        "rank": partial(_ping_queue, sqs, queue_url),
        "postgres": partial(_ping_postgres, engine),
    }


def _ping_redis(boards: RedisClient) -> None:
    boards.ping()


def _ping_queue(sqs: "SQSClient", queue_url: str) -> None:
    queue_limits(sqs, queue_url)


def _ping_postgres(engine: sqlalchemy.Engine) -> None:
    with engine.connect() as connection:
        connection.execute(sqlalchemy.text("SELECT FROM board_versions LIMIT 0"))
