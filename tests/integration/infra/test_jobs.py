"""Real Celery processes on a real queue and a real result table: jobs run, and a failure is never a loss."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy

from ledgerboard_infra.errors import MisconfiguredError
from ledgerboard_infra.jobs import check_job_queue, make_celery
from ledgerboard_infra.logs import correlated
from ledgerboard_infra.postgres import make_engine
from ledgerboard_infra.settings import AwsSettings
from ledgerboard_testkit.polling import eventually
from ledgerboard_testkit.queues import RealQueue, make_queue
from ledgerboard_testkit.relay import Relay

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

    from ledgerboard_infra.jobs import JobApp

_CHILD = Path(__file__).with_name("job_child.py")


@dataclass(frozen=True)
class Stage:
    """A queue, a result table and a journal that the child processes share with the test."""

    aws: AwsSettings
    queue: RealQueue
    result_url: str
    home: Path

    @property
    def app(self) -> "JobApp":
        return make_celery(
            "test", self.aws, queue_url=self.queue.url, result_url=self.result_url, time_limit_seconds=1, wait_seconds=1
        )

    @contextmanager
    def child(self, role: str) -> Iterator["subprocess.Popen[bytes]"]:
        command = [sys.executable, str(_CHILD), self.aws.sqs_endpoint_url, self.queue.url, self.result_url]
        with (
            (self.home / role).open("wb") as output,
            subprocess.Popen([*command, str(self.home / "journal"), role], stdout=output) as process,
        ):
            try:
                yield process
                process.send_signal(signal.SIGTERM)
                assert process.wait(15) == 0
            finally:
                process.kill()

    def written(self, line: str) -> int:
        return (self.home / "journal").read_text().splitlines().count(line)

    def documents(self, role: str) -> list[dict[str, object]]:
        return [json.loads(line) for line in (self.home / role).read_text().splitlines()]

    def logged(self, role: str, job_id: str) -> list[dict[str, object]]:
        return [document for document in self.documents(role) if document.get("job_id") == job_id]

    def states(self) -> dict[str, str]:
        engine = make_engine(self.result_url, application_name="test", pool_size=1)
        with engine.connect() as connection:
            rows = connection.execute(sqlalchemy.text("SELECT task_id, status FROM celery_taskmeta")).all()
        engine.dispose()
        return {row.task_id: row.status for row in rows}


@pytest.fixture(scope="module")
def stage(
    client: "SQSClient", aws: AwsSettings, fresh_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    """A stage on which a jobs worker runs."""
    home = tmp_path_factory.mktemp("jobs")
    (home / "journal").touch()
    queue = make_queue(client, visibility_timeout_seconds=2, max_receives=2)
    stage = Stage(aws, queue, fresh_database, home)
    with stage.child("jobs"):
        yield stage


def test_a_job_runs_with_its_senders_correlation_and_leaves_a_result_row(stage: Stage) -> None:
    with correlated(correlation_id="req-42"):
        job_id = stage.app.send_task("test.write", ["hello"]).id
    eventually(lambda: stage.written("hello"))
    eventually(stage.queue.is_empty)
    assert stage.states()[job_id] == "SUCCESS"
    lines = stage.logged("jobs", job_id)
    runs = stage.written("hello")  # More than one where the machine was too busy for the queue's two seconds.
    assert [line["message"] for line in lines] == ["job started", "job finished"] * runs
    assert {line["correlation_id"] for line in lines} == {"req-42"}


def test_a_job_that_raises_is_tried_again_and_then_dead_lettered(stage: Stage) -> None:
    job_id = stage.app.send_task("test.fail", ["failing"]).id
    assert eventually(stage.queue.dead_letters, within_seconds=25)
    assert stage.written("failing") == 2
    assert stage.states()[job_id] == "FAILURE"
    assert [line["message"] for line in stage.logged("jobs", job_id)] == ["job started", "job failed"] * 2


def test_a_job_whose_process_died_runs_again(stage: Stage) -> None:
    stage.app.send_task("test.die_once", ["dying"])
    eventually(lambda: stage.written("dying") == 2, within_seconds=25)
    eventually(stage.queue.is_empty)


def test_beat_sends_what_is_due(stage: Stage) -> None:
    with stage.child("beat"):
        eventually(lambda: stage.written("tick") >= 2, within_seconds=25)


def test_a_queue_server_that_went_away_is_waited_for_by_the_same_worker(client: "SQSClient", stage: Stage) -> None:
    """A poll that the cut broke may have a job in hand already, so there are receives to spare."""
    endpoint = stage.aws.sqs_endpoint_url
    queue = make_queue(client, visibility_timeout_seconds=2, max_receives=9)
    with Relay.before(endpoint) as relay:
        apart = replace(stage, aws=AwsSettings(sqs_endpoint_url=relay.through(endpoint)), queue=queue)
        with apart.child("relayed"):
            apart.app.send_task("test.write", ["before the cut"])
            eventually(queue.is_empty)
            relay.cut()
            eventually(lambda: "outage began" in (stage.home / "relayed").read_text())
            relay.mend()
            apart.app.send_task("test.write", ["after the cut"])
            eventually(queue.is_empty)
    assert stage.written("before the cut") >= 1
    assert stage.written("after the cut") >= 1
    outages = [document for document in apart.documents("relayed") if "outage" in str(document["message"])]
    assert [(line["what"], line["message"]) for line in outages] == [("jobs", "outage began"), ("jobs", "outage ended")]


def test_a_queue_without_redrive_policy_is_refused(client: "SQSClient", aws: AwsSettings) -> None:
    url = client.create_queue(QueueName="bare-jobs", Attributes={"VisibilityTimeout": "900"})["QueueUrl"]
    app = make_celery("test", aws, queue_url=url, result_url="postgresql://h/d", time_limit_seconds=600)
    with pytest.raises(MisconfiguredError, match="redrive policy"):
        check_job_queue(client, app)


def test_a_time_limit_beyond_the_visibility_timeout_is_refused(client: "SQSClient", aws: AwsSettings) -> None:
    queue = make_queue(client, visibility_timeout_seconds=60)
    app = make_celery("test", aws, queue_url=queue.url, result_url="postgresql://h/d", time_limit_seconds=60)
    with pytest.raises(MisconfiguredError, match="must exceed"):
        check_job_queue(client, app)


@pytest.mark.parametrize(("role", "started", "last"), [("beat", "tick", "tick"), ("second", " ready.", "stopped")])
def test_every_line_is_json_to_the_last(stage: Stage, role: str, started: str, last: str) -> None:
    with stage.child(role):
        eventually(lambda: started in (stage.home / role).read_text(), what="the start")
    lines = stage.documents(role)
    assert {line["service"] for line in lines} == {f"child-{role}"}
    assert last in str(lines[-1]["message"])
