"""Turn settings into what proves boards and takes ranks."""

import random
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from ledgerboard_boards import BoardStates, RedisBoards
from ledgerboard_contracts.queues import HISTORY, RANK, SUBMISSIONS
from ledgerboard_history.jobs import TIME_LIMIT_SECONDS
from ledgerboard_history.proof.asked import AskedProofs
from ledgerboard_history.proof.command import ReconcileCommand
from ledgerboard_history.proof.comparing import Comparison
from ledgerboard_history.proof.jobs import ProofJobs, register_proof_jobs
from ledgerboard_history.proof.metrics import ProofMetrics
from ledgerboard_history.proof.reconciling import Patience, Reconciliation
from ledgerboard_history.proof.recording import Comparer, RecordedReconciliation
from ledgerboard_history.proof.sampling import SampleBoards
from ledgerboard_history.proof.snapshots import SnapshotRanks
from ledgerboard_history.proof.traffic import QueueTraffic
from ledgerboard_infra.clock import SystemClock
from ledgerboard_infra.errors import MisconfiguredError
from ledgerboard_infra.ids import new_uuid7
from ledgerboard_infra.postgres import make_engine
from ledgerboard_infra.secrets import make_credentials
from ledgerboard_infra.settings import RedisSettings
from ledgerboard_infra.sqs import resolve_queue_url, sqs_client
from ledgerboard_infra.valkey import make_redis
from ledgerboard_ledger import DrawnViews, PostgresDefinitions, PostgresProofs, RankSnapshots, SqlFold
from ledgerboard_ledger.reconciliations import PostgresReconciliations

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry
    from sqlalchemy import Engine

    from ledgerboard_history.settings import JobsSettings
    from ledgerboard_infra.jobs import JobApp

_MOST_OF_A_SAMPLE: Final = timedelta(seconds=120)
"""So that a sample of three boards, all of them differing, stays within a job's time."""

_MOST_OF_A_BOARD: Final = timedelta(seconds=240)
_MOST_OF_A_RUN: Final = timedelta(seconds=240)
"""So long a run begins boards that were asked for, so that the last of them has its time too."""


def build_command(settings: "JobsSettings", say: Callable[[str], None]) -> ReconcileCommand:
    """The command. Raises `MisconfiguredError` without an address of the boards."""
    engine = _engine(settings)
    return ReconcileCommand(PostgresDefinitions(engine), _comparer(settings, engine, Patience().most), say)


def add_proof_jobs(app: "JobApp", registry: "CollectorRegistry", settings: "JobsSettings") -> None:
    """Give the jobs' process the jobs of this package and what tells of them."""
    register_proof_jobs(app, partial(_jobs, settings))
    registry.register(ProofMetrics(PostgresProofs(_engine(settings))))


def _jobs(settings: "JobsSettings") -> ProofJobs:
    engine, clock = _engine(settings), SystemClock()
    definitions = PostgresDefinitions(engine)
    snapshot = SnapshotRanks(definitions, RankSnapshots(engine), clock, most=settings.proof.ranks_kept)
    comparer = _comparer(settings, engine, _MOST_OF_A_SAMPLE) if settings.proof.redis_url else None
    sample = None if comparer is None else _sample(settings, definitions, comparer)
    asked = AskedProofs(
        PostgresReconciliations(engine),
        definitions,
        comparer and _comparer(settings, engine, _MOST_OF_A_BOARD),
        clock,
        new_owner=lambda: str(new_uuid7(clock.now())),
        most=_MOST_OF_A_RUN,
    )
    return ProofJobs(asked=asked, sample=sample, snapshot=snapshot)


def _sample(settings: "JobsSettings", definitions: PostgresDefinitions, comparer: Comparer) -> SampleBoards:
    return SampleBoards(
        definitions,
        comparer,
        choose=random.Random().sample,  # noqa: S311 -- which boards are looked at is no secret.
        count=settings.proof.sample_boards,
    )


def _comparer(settings: "JobsSettings", engine: "Engine", most: timedelta) -> RecordedReconciliation:
    """What compares and keeps what came out."""
    return RecordedReconciliation(_reconciliation(settings, engine, most), PostgresProofs(engine), SystemClock())


def _reconciliation(settings: "JobsSettings", engine: "Engine", most: timedelta) -> Reconciliation:
    """Views are folded at the writer: a replica that lags would show differences that are none."""
    proof = settings.proof
    if not proof.redis_url:
        raise MisconfiguredError("LEDGERBOARD_REDIS_URL: comparing boards takes their address")
    redis = make_redis(
        RedisSettings(url=proof.redis_url, secret=proof.redis_secret, cluster=proof.redis_cluster),
        make_credentials(settings.secrets, proof.redis_secret),
    )
    sqs, clock = sqs_client(settings.aws), SystemClock()
    urls = [resolve_queue_url(sqs, queue.full_name(settings.stage)) for queue in (SUBMISSIONS, HISTORY, RANK)]
    comparison = Comparison(RedisBoards(redis, settings.stage), DrawnViews(engine), SqlFold(engine), clock)
    settle = timedelta(seconds=proof.settle_seconds)
    return Reconciliation(
        BoardStates(redis, settings.stage),
        PostgresDefinitions(engine),
        comparison,
        QueueTraffic(sqs, urls),
        clock,
        pause=time.sleep,
        patience=Patience(pause=settle / 10, settle=settle, most=max(most, 2 * settle)),
    )


def _engine(settings: "JobsSettings") -> "Engine":
    """A fold of a great board takes its time."""
    return make_engine(
        settings.postgres.writer_url,
        application_name="ledgerboard-history-proof",
        pool_size=max(settings.postgres.pool_size, 3),
        credentials=make_credentials(settings.secrets, settings.postgres.secret),
        statement_timeout_seconds=TIME_LIMIT_SECONDS,
    )
