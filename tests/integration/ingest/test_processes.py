"""Ingest as an operator runs it: a process that is started, told to stop, and killed."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from ledgerboard_contracts import BoardOptions, wire
from ledgerboard_contracts.queues import ALL_QUEUES
from ledgerboard_infra.sqs import queue_limits, resolve_queue_url
from ledgerboard_testkit.bodies import facts_of
from ledgerboard_testkit.polling import eventually
from ledgerboard_testkit.queues import RealQueue
from ledgerboard_testkit.submissions import submission, submission_envelope
from tests.integration.ingest.conftest import Stage

MESSAGES = 40


def run(stage: Stage, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ledgerboard_ingest", *arguments]
    environment = os.environ | stage.environment
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)


@contextmanager
def streaming(stage: Stage) -> Iterator[subprocess.Popen[bytes]]:
    """An ingest that is killed at the end of the block."""
    command = [sys.executable, "-m", "ledgerboard_ingest", "stream"]
    with subprocess.Popen(command, env=os.environ | stage.environment, stdout=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.kill()


def streamed_until(stage: Stage, least: int, players: set[str]) -> None:
    """Run an ingest until that many players have a fact, and kill it."""
    with streaming(stage):
        eventually(lambda: len(drained(stage.rank, players)) >= least, within_seconds=60, what=f"{least} facts")


def drained(queue: RealQueue, players: set[str]) -> set[str]:
    """``players`` and those of the facts that are in the queue now, which are taken off it."""
    for message in queue.receive():
        for envelope in facts_of(message["Body"]):
            players |= {fact.player for fact in envelope.facts}
        queue.client.delete_message(QueueUrl=queue.url, ReceiptHandle=message["ReceiptHandle"])
    return players


def test_provisioning_makes_every_queue_with_its_dead_letters_and_may_be_repeated(stage: Stage) -> None:
    stage.environment["LEDGERBOARD_STAGE"] = name = f"p{uuid4().hex[:12]}"
    del stage.environment["LEDGERBOARD_DATABASE_URL"]
    for _ in range(2):
        assert run(stage, "provision").returncode == 0
    for spec in ALL_QUEUES:
        limits = queue_limits(stage.rank.client, resolve_queue_url(stage.rank.client, spec.full_name(name)))
        assert limits.max_receives == spec.max_receives
        assert limits.visibility_timeout_seconds == spec.visibility_timeout_seconds


def test_a_stage_without_queues_is_told_so_and_ends_with_an_error(stage: Stage) -> None:
    stage.environment["LEDGERBOARD_STAGE"] = "nowhere"
    done = run(stage, "stream")
    assert done.returncode == 1
    assert "LEDGERBOARD_STAGE" in done.stderr


def test_sigterm_ends_the_process_in_peace(stage: Stage) -> None:
    board = f"board-{uuid4().hex}"
    stage.definitions.define(board, BoardOptions())
    stage.submissions.send(wire.encode(submission_envelope(submission(1, board=board))))
    with streaming(stage) as process:
        eventually(lambda: not stage.rank.is_empty(), within_seconds=30, what="a fact")
        process.terminate()
        assert process.wait(30) == 0
    assert stage.submissions.is_empty()


def test_a_killed_process_loses_nothing(stage: Stage) -> None:
    """Killed three times on the way, at moments that nobody chose; what it had in hand comes again."""
    board = f"board-{uuid4().hex}"
    stage.definitions.define(board, BoardOptions())
    client, url = stage.submissions.client, stage.submissions.url
    client.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "2"})
    bodies = [
        wire.encode(submission_envelope(*(submission(50 * m + n, board=board) for n in range(50)), envelope_id=uuid4()))
        for m in range(MESSAGES)
    ]
    stage.submissions.send(*bodies)
    players: set[str] = set()
    for least in (1, 300, 900):
        streamed_until(stage, least, players)
    with streaming(stage):
        eventually(
            lambda: len(drained(stage.rank, players)) == 50 * MESSAGES, within_seconds=60, what="every fact on rank"
        )
        eventually(stage.submissions.is_empty, what="an empty queue")
    recorded: set[str] = set()
    eventually(lambda: len(drained(stage.history, recorded)) == 50 * MESSAGES, what="every fact on history")
    assert not stage.submissions.dead_letters()
