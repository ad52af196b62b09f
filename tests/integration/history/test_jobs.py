"""A worker runs the job, the partitions are there, and the result stands in PostgreSQL, also if a worker dies in it."""

import os
import signal
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import text

from ledgerboard_contracts.queues import HISTORY_JOBS
from ledgerboard_history.jobs import CREATE_PARTITIONS, MONTHS_AHEAD
from ledgerboard_infra.jobs import make_celery
from ledgerboard_infra.settings import AwsSettings
from ledgerboard_ledger import Month
from ledgerboard_testkit.polling import eventually

if TYPE_CHECKING:
    from tests.integration.history.conftest import Stage

_PARTITIONS = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'facts'::regclass ORDER BY 1"
_SUCCEEDED = "SELECT task_id FROM celery_taskmeta WHERE status = 'SUCCESS' AND name LIKE '%create_partitions'"
_WAITING = """
    SELECT pid FROM pg_stat_activity WHERE application_name = 'ledgerboard-history' AND wait_event_type = 'Lock'
"""
_HAS_RESULTS = "SELECT to_regclass('celery_taskmeta')::text"


def expected_partitions() -> list[str]:
    months = [Month.containing(datetime.now(UTC))]
    for _ in range(MONTHS_AHEAD):
        months.append(months[-1].following)
    return [month.partition_of("facts") for month in months]


def partitions(stage: "Stage") -> list[str]:
    return list(stage.query(_PARTITIONS))


def finished(stage: "Stage") -> int:
    return len(stage.query(_SUCCEEDED)) if stage.query(_HAS_RESULTS) != [None] else 0


def test_a_worker_that_is_killed_in_the_middle_of_the_job_leaves_it_to_the_next(stage: "Stage") -> None:
    """A lock on the table holds the job open; its process and its worker are killed inside it."""
    with stage.engine.connect() as connection:
        connection.execute(text("LOCK TABLE facts IN ACCESS EXCLUSIVE MODE"))
        with stage.process("jobs") as worker:
            eventually(lambda: "ops server started" in stage.log("jobs"), what="a worker that checked its queue")
            _redeliver_after(stage, seconds=1)
            _send_job(stage)
            eventually(lambda: stage.query(_WAITING), what="a job that waits")
            os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()
        connection.rollback()
    assert partitions(stage) == []
    _redeliver_after(stage, seconds=HISTORY_JOBS.visibility_timeout_seconds)
    with stage.process("jobs"):
        eventually(lambda: finished(stage) == 1, within_seconds=30, what="a job that succeeded")
        eventually(stage.jobs.is_empty, what="an empty queue")
    assert partitions(stage) == expected_partitions()


def _send_job(stage: "Stage") -> None:
    """What beat does; but beat refuses to start on a queue that redelivers too early."""
    aws = AwsSettings(sqs_endpoint_url=stage.endpoint)
    app = make_celery("test", aws, queue_url=stage.jobs.url, result_url=stage.database_url, time_limit_seconds=600)
    with app.connection_for_write() as connection:
        app.send_task(CREATE_PARTITIONS, connection=connection)


def _redeliver_after(stage: "Stage", *, seconds: int) -> None:
    """For what is received from now on. A worker refuses to start on a queue that redelivers too early."""
    stage.jobs.client.set_queue_attributes(QueueUrl=stage.jobs.url, Attributes={"VisibilityTimeout": str(seconds)})
