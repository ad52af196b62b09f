"""A whole worker process for the tests that kill one.

Its arguments: endpoint, queue URL, dead-letter queue URL, journal, mode. It journals every message it finished,
durably, before it answers; in mode ``stuck`` it begins and never finishes.
"""

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from prometheus_client import CollectorRegistry

from ledgerboard_infra.clock import SystemClock
from ledgerboard_infra.health import OpsServer
from ledgerboard_infra.logs import configure_logs
from ledgerboard_infra.metrics import StreamMetrics
from ledgerboard_infra.settings import AwsSettings, OpsSettings, StreamSettings, TelemetrySettings
from ledgerboard_infra.sqs import sqs_client
from ledgerboard_infra.stream import Done, Message, StreamRuntime, Verdict
from ledgerboard_infra.worker import run_worker

_WORK_SECONDS = 0.05


class Journal:
    """Appends a line, and returns when it is on disk."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY)

    def write(self, lines: Sequence[str]) -> None:
        os.write(self._file, "".join(f"{line}\n" for line in lines).encode())
        os.fsync(self._file)


class JournalingHandler:
    def __init__(self, journal: Journal, *, stuck: bool) -> None:
        self._journal = journal
        self._stuck = stuck

    def handle(self, batch: Sequence[Message]) -> Sequence[Verdict]:
        self._journal.write([f"began {message.body} {message.receive_count}" for message in batch])
        time.sleep(600 if self._stuck else _WORK_SECONDS)
        self._journal.write([f"done {message.body} {message.receive_count}" for message in batch])
        return [Done() for _ in batch]


def main(endpoint: str, queue_url: str, dead_letter_url: str, journal: str, mode: str) -> int:
    configure_logs(TelemetrySettings(), "child")
    settings = StreamSettings(lanes=2, wait_seconds=1, grace_seconds=10)
    registry = CollectorRegistry()
    runtime = StreamRuntime(
        sqs_client(AwsSettings(sqs_endpoint_url=endpoint), wait_seconds=settings.wait_seconds),
        queue_url,
        dead_letter_url,
        JournalingHandler(Journal(Path(journal)), stuck=mode == "stuck"),
        settings,
        StreamMetrics(registry, "child"),
        SystemClock(),
    )
    return run_worker(runtime, OpsServer(OpsSettings(port=0), {"always": lambda: None}, registry))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
