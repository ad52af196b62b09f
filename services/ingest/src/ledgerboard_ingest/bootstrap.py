"""Turn settings into a worker. The only module of the service that builds clients."""

from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from prometheus_client import CollectorRegistry

from ledgerboard_contracts import MAX_CLOCK_SKEW
from ledgerboard_contracts.queues import ALL_QUEUES, HISTORY, RANK, SUBMISSIONS, QueueSpec
from ledgerboard_infra.clock import SystemClock
from ledgerboard_infra.health import Check, OpsServer
from ledgerboard_infra.metrics import StreamMetrics
from ledgerboard_infra.postgres import PostgresClock, make_engine
from ledgerboard_infra.secrets import make_credentials
from ledgerboard_infra.skew import SkewWatch
from ledgerboard_infra.sqs import QueueSender, QueueShape, provision, queue_limits, resolve_queue_url, sqs_client
from ledgerboard_infra.stream import StreamRuntime
from ledgerboard_ingest.clocks import LedgerTime
from ledgerboard_ingest.fanout import Fanout
from ledgerboard_ingest.judge import Judge
from ledgerboard_ingest.levels import KnownLevels
from ledgerboard_ingest.metrics import IngestMetrics
from ledgerboard_ingest.settings import ProvisionSettings, Settings
from ledgerboard_ingest.worker import SubmissionsHandler
from ledgerboard_ledger import CachedVersions, PostgresDefinitions, PostgresLevels, PostgresSessions, check_schema

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_SEND_SECONDS: Final = 7.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _QueueUrls:
    submissions: str
    dead_letters: str
    rank: str
    history: str


@contextmanager
def worker(settings: Settings) -> Iterator[tuple[StreamRuntime, OpsServer]]:
    """The stream and what answers its operator, with connections that end with the block.

    Raises `UnavailableError` where a queue cannot be found.
    """
    poller = sqs_client(settings.aws, wait_seconds=settings.stream.wait_seconds)
    # A send that hangs must not look like a long poll, and one that is made twice must be known to be.
    client = sqs_client(settings.aws, call_seconds=_SEND_SECONDS)
    queues = _queue_urls(client, settings.stage)
    engine = make_engine(
        settings.postgres.writer_url,
        application_name="ledgerboard-ingest",
        pool_size=settings.postgres.pool_size,
        credentials=make_credentials(settings.secrets, settings.postgres.secret),
    )
    registry, clock, ledger_clock = CollectorRegistry(), SystemClock(), PostgresClock(engine)
    metrics = IngestMetrics(registry)
    versions = CachedVersions(PostgresDefinitions(engine))
    judge = Judge(versions, PostgresSessions(engine), KnownLevels(PostgresLevels(engine)))
    checks: dict[str, Check] = {
        SUBMISSIONS.name: partial(_check_queue, client, queues.submissions),
        RANK.name: partial(_check_queue, client, queues.rank),
        HISTORY.name: partial(_check_queue, client, queues.history),
        "definitions": partial(check_schema, engine),
        "clocks": SkewWatch(registry, clock, {"postgres": ledger_clock}, most=MAX_CLOCK_SKEW).look,
    }
    with ThreadPoolExecutor(settings.stream.lanes, thread_name_prefix="fanout") as executor:
        fanout, ledger_time = _fanout(client, queues, executor, metrics), LedgerTime(ledger_clock)
        handler = SubmissionsHandler(judge, fanout, ledger_time, metrics)
        runtime = StreamRuntime(
            poller,
            queues.submissions,
            queues.dead_letters,
            handler,
            settings.stream,
            StreamMetrics(registry, "ingest"),
            clock,
        )
        yield runtime, OpsServer(settings.ops, checks, registry)
    engine.dispose()


def _check_queue(client: "SQSClient", queue_url: str) -> None:
    """Raise unless the queue answers and could not lose a message."""
    queue_limits(client, queue_url)


def _queue_urls(client: "SQSClient", stage: str) -> _QueueUrls:
    return _QueueUrls(
        submissions=resolve_queue_url(client, SUBMISSIONS.full_name(stage)),
        dead_letters=resolve_queue_url(client, SUBMISSIONS.dead_letter_name(stage)),
        rank=resolve_queue_url(client, RANK.full_name(stage)),
        history=resolve_queue_url(client, HISTORY.full_name(stage)),
    )


def _fanout(client: "SQSClient", queues: _QueueUrls, executor: Executor, metrics: IngestMetrics) -> Fanout:
    return Fanout(
        rank=QueueSender(client, queues.rank),
        history=QueueSender(client, queues.history),
        dead_letters=QueueSender(client, queues.dead_letters),
        executor=executor,
        metrics=metrics,
    )


def make_queues(settings: ProvisionSettings) -> None:
    """Make every queue of the stage, or bring it to its attributes. Safe to repeat beside running services."""
    provision(sqs_client(settings.aws), [_shape(spec, settings.stage) for spec in ALL_QUEUES])


def _shape(spec: QueueSpec, stage: str) -> QueueShape:
    return QueueShape(
        name=spec.full_name(stage),
        dead_letter_name=spec.dead_letter_name(stage),
        visibility_timeout_seconds=spec.visibility_timeout_seconds,
        max_receives=spec.max_receives,
        retention_seconds=spec.retention_seconds,
        dead_letter_retention_seconds=spec.dead_letter_retention_seconds,
    )
