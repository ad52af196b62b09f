"""Turn settings into a worker. The only module of the service that builds clients."""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry

from ledgerboard_contracts.queues import HISTORY, HISTORY_JOBS
from ledgerboard_history.jobs import TIME_LIMIT_SECONDS, CreatePartitions, register_jobs
from ledgerboard_history.metrics import HistoryMetrics
from ledgerboard_history.settings import JobsSettings, Settings
from ledgerboard_history.worker import HistoryHandler
from ledgerboard_infra.clock import SystemClock
from ledgerboard_infra.health import Check, OpsServer
from ledgerboard_infra.jobs import check_job_queue, make_celery
from ledgerboard_infra.metrics import StreamMetrics
from ledgerboard_infra.postgres import make_engine
from ledgerboard_infra.sqs import queue_limits, resolve_queue_url, sqs_client
from ledgerboard_infra.stream import StreamRuntime
from ledgerboard_ledger import LedgerWriter, Partitions, check_schema

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from sqlalchemy import Engine

    from ledgerboard_infra.jobs import JobApp
    from ledgerboard_infra.settings import PostgresSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class JobsProcess:
    """The Celery application with the jobs of history, and what answers the operator beside it."""

    app: "JobApp"
    ops_server: OpsServer


def build_worker(settings: Settings) -> tuple[StreamRuntime, OpsServer]:
    """The stream and what answers its operator. Raises `UnavailableError` where a queue cannot be found."""
    poller = sqs_client(settings.aws, wait_seconds=settings.stream.wait_seconds)
    client = sqs_client(settings.aws)
    queue_url = resolve_queue_url(client, HISTORY.full_name(settings.stage))
    engine = _engine(settings.postgres, at_least=settings.stream.lanes + 1)
    registry = CollectorRegistry()
    runtime = StreamRuntime(
        poller,
        queue_url,
        resolve_queue_url(client, HISTORY.dead_letter_name(settings.stage)),
        HistoryHandler(LedgerWriter(engine), HistoryMetrics(registry)),
        settings.stream,
        StreamMetrics(registry, "history"),
        SystemClock(),
    )
    checks: dict[str, Check] = {
        "ledger": partial(check_schema, engine),
        HISTORY.name: partial(_check_queue, client, queue_url),
    }
    return runtime, OpsServer(settings.ops, checks, registry)


def build_jobs(settings: JobsSettings) -> JobsProcess:
    """The jobs, for their worker and for beat. Raises `MisconfiguredError` where the queue could lose a job."""
    client = sqs_client(settings.aws)
    queue_url = resolve_queue_url(client, HISTORY_JOBS.full_name(settings.stage))
    app = make_celery(
        "ledgerboard-history",
        settings.aws,
        queue_url=queue_url,
        result_url=settings.postgres.writer_url,
        time_limit_seconds=TIME_LIMIT_SECONDS,
    )
    register_jobs(app, lambda: CreatePartitions(Partitions(_engine(settings.postgres)), SystemClock()))
    check_job_queue(client, app)
    checks: dict[str, Check] = {
        "ledger": partial(check_schema, _engine(settings.postgres)),
        HISTORY_JOBS.name: partial(_check_queue, client, queue_url),
    }
    return JobsProcess(app=app, ops_server=OpsServer(settings.ops, checks, CollectorRegistry()))


def _engine(settings: "PostgresSettings", *, at_least: int = 1) -> "Engine":
    """An engine for the writer with a connection for each lane and one for the readiness check."""
    pool_size = max(settings.pool_size, at_least)
    return make_engine(settings.writer_url, application_name="ledgerboard-history", pool_size=pool_size)


def _check_queue(client: "SQSClient", queue_url: str) -> None:
    """Raise unless the queue answers and could not lose a message."""
    queue_limits(client, queue_url)
