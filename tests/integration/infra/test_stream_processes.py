"""Real worker processes, ended politely and not: nothing is lost, and a polite end repeats nothing."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.request import urlopen

from ledgerboard_infra.settings import AwsSettings
from ledgerboard_testkit.polling import eventually
from ledgerboard_testkit.queues import RealQueue, make_queue
from ledgerboard_testkit.streams import ScriptedHandler, consuming

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_CHILD = Path(__file__).with_name("stream_child.py")


@dataclass(frozen=True)
class Child:
    process: subprocess.Popen[bytes]
    journal: Path
    output: Path

    def bodies(self, step: str) -> list[str]:
        lines = self.journal.read_text().splitlines() if self.journal.exists() else []
        return [line.split()[1] for line in lines if line.startswith(step)]

    def logged(self, event: str) -> list[dict[str, object]]:
        lines = [json.loads(line) for line in self.output.read_text().splitlines(keepends=True) if line.endswith("\n")]
        return [line for line in lines if line["message"] == event]


@contextmanager
def _child(aws: AwsSettings, queue: RealQueue, home: Path, mode: str) -> Iterator[Child]:
    journal, output = home / "journal", home / "output"
    command = [sys.executable, str(_CHILD), aws.sqs_endpoint_url, queue.url, queue.dead_letter_url, str(journal), mode]
    with output.open("wb") as stdout, subprocess.Popen(command, stdout=stdout) as process:
        try:
            yield Child(process, journal, output)
        finally:
            process.kill()


def test_sigterm_drains_loses_nothing_and_repeats_nothing(
    client: "SQSClient", aws: AwsSettings, tmp_path: Path
) -> None:
    queue = make_queue(client, visibility_timeout_seconds=600)
    everything = {str(n) for n in range(300)}
    queue.send(*everything)
    with _child(aws, queue, tmp_path, "work") as child:
        eventually(lambda: len(child.bodies("done")) >= 40)
        child.process.send_signal(signal.SIGTERM)
        assert child.process.wait(15) == 0
        done = child.bodies("done")
        assert child.logged("worker stopped")[0]["drained"] is True
    assert queue.depth().in_flight == 0
    assert len(done) < 300, "the signal came too late to prove anything"
    with consuming(queue, rest := ScriptedHandler()):
        eventually(queue.is_empty)
    assert sorted(done + rest.bodies) == sorted(everything)


def test_kill_in_the_middle_of_a_batch_redelivers_it(client: "SQSClient", aws: AwsSettings, tmp_path: Path) -> None:
    queue = make_queue(client, visibility_timeout_seconds=2)
    everything = {str(n) for n in range(10)}
    queue.send(*everything)
    with _child(aws, queue, tmp_path, "stuck") as child:
        eventually(lambda: set(child.bodies("began")) == everything)
        child.process.kill()
        child.process.wait(10)
        assert child.bodies("done") == []
    with consuming(queue, survivor := ScriptedHandler()):
        eventually(queue.is_empty)
    assert sorted(survivor.bodies) == sorted(everything)
    assert {message.receive_count for batch in survivor.batches for message in batch} == {2}


def test_an_operator_can_ask_a_worker_process_how_it_is(client: "SQSClient", aws: AwsSettings, tmp_path: Path) -> None:
    queue = make_queue(client)
    queue.send("a")
    with _child(aws, queue, tmp_path, "work") as child:
        eventually(lambda: child.bodies("done") == ["a"] and queue.is_empty())
        port = child.logged("ops server started")[0]["port"]
        with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            assert json.load(answer) == {"status": "ready", "checks": {"always": "ok"}}
        with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            assert 'outcome="done"' in answer.read().decode()
        settled = child.logged("batch settled")[0]
        assert (settled["service"], settled["level"], settled["done"]) == ("child", "info", 1)
