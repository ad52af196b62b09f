"""Celery's processes for the tests that run real jobs.

Its arguments: endpoint, queue URL, result URL, journal, and ``jobs`` or ``beat``. Also imported, to send jobs.
"""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ledgerboard_infra.jobs import check_job_queue, make_celery, run_beat, run_jobs
from ledgerboard_infra.logs import configure_logs
from ledgerboard_infra.settings import AwsSettings, TelemetrySettings
from ledgerboard_infra.sqs import sqs_client

if TYPE_CHECKING:
    from ledgerboard_infra.jobs import JobApp


def build(aws: AwsSettings, queue_url: str, result_url: str, journal: Path) -> "JobApp":
    app = make_celery("child", aws, queue_url=queue_url, result_url=result_url, time_limit_seconds=1, wait_seconds=1)

    def write(line: str) -> int:
        with journal.open("a") as file:
            return file.write(f"{line}\n")

    @app.task(name="test.write")
    def _write(line: str) -> int:
        return write(line)

    @app.task(name="test.fail")
    def _fail(line: str) -> None:
        write(line)
        raise ValueError("this job always fails")

    @app.task(name="test.die_once")
    def _die_once(line: str) -> None:
        first = line not in journal.read_text()
        write(line)
        if first:
            os._exit(9)

    app.conf.beat_schedule = {"tick": {"task": "test.write", "schedule": 1.0, "args": ("tick",)}}
    return app


def main(endpoint: str, queue_url: str, result_url: str, journal: str, role: str) -> int:
    configure_logs(TelemetrySettings(), f"child-{role}")
    aws = AwsSettings(sqs_endpoint_url=endpoint)
    app = build(aws, queue_url, result_url, Path(journal))
    check_job_queue(sqs_client(aws), app)
    if role == "beat":
        run_beat(app, schedule_path=Path(journal).with_name("schedule"))
        return 0
    return run_jobs(app, concurrency=1)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
