"""Turn settings into a worker. The only module of the service that builds clients."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry
from urllib3 import PoolManager

from ledgerboard_contracts import MAX_CLOCK_SKEW
from ledgerboard_contracts.queues import ALL_QUEUES, HISTORY, HISTORY_JOBS, RANK, SUBMISSIONS
from ledgerboard_history.closing import ClosePeriods, CountLateFacts, Road
from ledgerboard_history.closing_jobs import ClosingJobs, register_closing_jobs
from ledgerboard_history.closing_metrics import ClosingMetrics
from ledgerboard_history.delivering import DeliverHooks
from ledgerboard_history.forgetting import ForgetAudit, ForgetKeyedRequests, register_forgetting
from ledgerboard_history.jobs import TIME_LIMIT_SECONDS, CreatePartitions, register_jobs
from ledgerboard_history.metrics import HistoryMetrics
from ledgerboard_history.posting import HttpPosts
from ledgerboard_history.seats import LedgerThenSeats
from ledgerboard_history.settings import JobsSettings, Settings
from ledgerboard_history.signing import LocalSecrets, NamedSecrets
from ledgerboard_history.suspecting import Suspecting
from ledgerboard_history.telling import Telling
from ledgerboard_history.waiting_metrics import PeriodMetrics, QueueMetrics
from ledgerboard_history.worker import HistoryHandler
from ledgerboard_infra.clock import SystemClock
from ledgerboard_infra.health import Check, OpsServer
from ledgerboard_infra.jobs import check_job_queue, make_celery
from ledgerboard_infra.metrics import StreamMetrics
from ledgerboard_infra.outbound import public_pool
from ledgerboard_infra.postgres import STATEMENT_TIMEOUT_SECONDS, PostgresClock, make_engine
from ledgerboard_infra.secrets import make_credentials, make_secrets
from ledgerboard_infra.skew import SkewWatch
from ledgerboard_infra.sqs import QueueSender, queue_depth, queue_limits, resolve_queue_url, sqs_client
from ledgerboard_infra.sqs.depth import QueueCounts, queue_counts
from ledgerboard_infra.stream import StreamRuntime
from ledgerboard_ledger import (
    Closings,
    LedgerWriter,
    Outbox,
    Partitions,
    PostgresAudit,
    PostgresDefinitions,
    PostgresHooks,
    PostgresKeyedRequests,
    PostgresSeats,
    PostgresSuspicions,
    SqlFold,
    check_schema,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mypy_boto3_sqs import SQSClient
    from sqlalchemy import Engine

    from ledgerboard_infra.jobs import JobApp


@dataclass(frozen=True, slots=True, kw_only=True)
class JobsProcess:
    """The Celery application with the jobs of history, and what answers the operator beside it."""

    app: "JobApp"
    ops_server: OpsServer
    registry: CollectorRegistry


def build_worker(settings: Settings) -> tuple[StreamRuntime, OpsServer]:
    """The stream and what answers its operator. Raises `UnavailableError` where a queue cannot be found."""
    poller = sqs_client(settings.aws, wait_seconds=settings.stream.wait_seconds)
    client = sqs_client(settings.aws)
    queue_url = resolve_queue_url(client, HISTORY.full_name(settings.stage))
    engine = _engine(settings, at_least=settings.stream.lanes + 1)
    rank_url = resolve_queue_url(client, RANK.full_name(settings.stage))
    registry, clock = CollectorRegistry(), SystemClock()
    metrics = HistoryMetrics(registry)
    ledger = LedgerThenSeats(LedgerWriter(engine), PostgresSeats(engine), metrics)
    telling = Telling(QueueSender(client, rank_url), metrics)
    suspecting = Suspecting(PostgresSuspicions(engine), ledger, telling, metrics)
    runtime = StreamRuntime(
        poller,
        queue_url,
        resolve_queue_url(client, HISTORY.dead_letter_name(settings.stage)),
        HistoryHandler(ledger, suspecting, telling, metrics),
        settings.stream,
        StreamMetrics(registry, "history"),
        clock,
    )
    checks: dict[str, Check] = {
        "ledger": partial(check_schema, engine),
        HISTORY.name: partial(_check_queue, client, queue_url),
        RANK.name: partial(_check_queue, client, rank_url),
        "clocks": SkewWatch(registry, clock, {"postgres": PostgresClock(engine)}, most=MAX_CLOCK_SKEW).look,
    }
    return runtime, OpsServer(settings.ops, checks, registry)


def build_jobs(settings: JobsSettings, secrets: "Mapping[str, str]") -> JobsProcess:
    """The jobs, for their worker and for beat. Raises `MisconfiguredError` where the queue could lose a job."""
    client = sqs_client(settings.aws)
    queue_url = resolve_queue_url(client, HISTORY_JOBS.full_name(settings.stage))
    app = make_celery(
        "ledgerboard-history",
        settings.aws,
        queue_url=queue_url,
        result_url=settings.postgres.writer_url,
        time_limit_seconds=TIME_LIMIT_SECONDS,
        credentials=partial(make_credentials, settings.secrets, settings.postgres.secret),
    )
    register_jobs(app, lambda: CreatePartitions(Partitions(_engine(settings)), SystemClock()))
    register_forgetting(
        app,
        lambda: ForgetKeyedRequests(PostgresKeyedRequests(_engine(settings))),
        lambda: ForgetAudit(PostgresAudit(_engine(settings)), timedelta(days=settings.audit_days)),
    )
    register_closing_jobs(app, partial(_closing_jobs, settings, secrets))
    check_job_queue(client, app)
    registry, engine = CollectorRegistry(), _engine(settings)
    registry.register(ClosingMetrics(Closings(engine, SqlFold(engine)), Outbox(engine)))
    registry.register(QueueMetrics(_queue_counts(client, settings.stage), SystemClock()))
    registry.register(PeriodMetrics(_close_periods(settings, engine, client), SystemClock()))
    checks: dict[str, Check] = {
        "ledger": partial(check_schema, engine),
        HISTORY_JOBS.name: partial(_check_queue, client, queue_url),
    }
    return JobsProcess(app=app, ops_server=OpsServer(settings.ops, checks, registry), registry=registry)


def _closing_jobs(settings: JobsSettings, secrets: "Mapping[str, str]") -> ClosingJobs:
    engine = _engine(settings, at_least=6, statement_timeout_seconds=TIME_LIMIT_SECONDS)
    clock = SystemClock()
    posts = HttpPosts(
        PoolManager() if settings.hooks.allow_private else public_pool(),
        timeout_seconds=settings.hooks.timeout_seconds,
        allow_http=settings.hooks.allow_http,
    )
    return ClosingJobs(
        close=_close_periods(settings, engine, sqs_client(settings.aws)),
        deliver=DeliverHooks(
            Outbox(engine),
            PostgresHooks(engine),
            _hook_secrets(settings, secrets),
            posts,
            clock,
        ),
        count_late=CountLateFacts(Closings(engine, SqlFold(engine)), clock),
    )


def _hook_secrets(settings: JobsSettings, given: "Mapping[str, str]") -> LocalSecrets | NamedSecrets:
    hooks = settings.hooks
    if hooks.secrets_prefix:
        return NamedSecrets(make_secrets(settings.secrets, SystemClock()), hooks.secrets_prefix)
    return LocalSecrets(given, Path(hooks.secrets_directory) if hooks.secrets_directory else None)


def _close_periods(settings: JobsSettings, engine: "Engine", client: "SQSClient") -> ClosePeriods:
    """What closes periods. A queue is looked up when its depth is first asked for."""
    closings = Closings(engine, SqlFold(engine))
    depths = [
        cache(partial(resolve_queue_url, client, each.full_name(settings.stage))) for each in (SUBMISSIONS, HISTORY)
    ]
    return ClosePeriods(
        PostgresDefinitions(engine),
        closings,
        Road(closings, lambda: sum(queue_depth(client, url()) for url in depths)),
        SystemClock(),
        settling=timedelta(seconds=settings.closing.settling_seconds),
        depth=settings.closing.depth,
    )


def _queue_counts(client: "SQSClient", stage: str) -> "Mapping[str, Callable[[], QueueCounts]]":
    """What each queue and its dead letters hold, by the queue's name, each looked up when it is first asked for."""
    names = {queue.name: queue.full_name(stage) for queue in ALL_QUEUES}
    names |= {f"{queue.name}-dlq": queue.dead_letter_name(stage) for queue in ALL_QUEUES}
    urls = {name: cache(partial(resolve_queue_url, client, full_name)) for name, full_name in names.items()}
    return {name: partial(_counts, client, url) for name, url in urls.items()}


def _counts(client: "SQSClient", queue_url: "Callable[[], str]") -> QueueCounts:
    return queue_counts(client, queue_url())


def _engine(
    settings: JobsSettings, *, at_least: int = 1, statement_timeout_seconds: float = STATEMENT_TIMEOUT_SECONDS
) -> "Engine":
    """An engine for the writer with a connection for each lane and one for the readiness check."""
    return make_engine(
        settings.postgres.writer_url,
        application_name="ledgerboard-history",
        pool_size=max(settings.postgres.pool_size, at_least),
        credentials=make_credentials(settings.secrets, settings.postgres.secret),
        statement_timeout_seconds=statement_timeout_seconds,
    )


def _check_queue(client: "SQSClient", queue_url: str) -> None:
    """Raise unless the queue answers and could not lose a message."""
    queue_limits(client, queue_url)
