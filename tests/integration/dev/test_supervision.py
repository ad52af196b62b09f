"""A launcher that dies takes everything with it: proved with kill -9 and process ids."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.dev.family import children, descendants, survivors

LAUNCHER = """
import json, signal, sys, time
from pathlib import Path
from ledgerboard_dev.embedded import EmbeddedPostgres, EmbeddedSqs, EmbeddedValkey
from ledgerboard_dev.processes import Child, Guardian, Program

home = Path(sys.argv[1])
fork = "import os,signal,sys,time; signal.signal(signal.SIGTERM, signal.SIG_IGN); os.fork(); os.fork(); time.sleep(600)"
with Guardian() as guardian:
    stubborn = Child(Program(name="stubborn", argv=[sys.executable, "-c", fork], log=home / "stubborn.log"), guardian)
    with (
        EmbeddedPostgres(home / "postgres", guardian=guardian, durable=False) as postgres,
        EmbeddedValkey(home / "valkey", guardian=guardian) as valkey,
        EmbeddedSqs(home / "sqs", guardian=guardian) as sqs,
    ):
        servers = [postgres.pid, valkey.pid, sqs.pid]
        print(json.dumps({"guardian": guardian.pid, "stubborn": stubborn.pid, "servers": servers}), flush=True)
        sys.stdin.read()
"""


@pytest.fixture
def launcher(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", LAUNCHER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        yield process
        process.kill()


def started(launcher: subprocess.Popen[str]) -> dict[str, int]:
    assert launcher.stdout is not None
    facts: dict[str, int] = json.loads(launcher.stdout.readline())
    return facts


def test_kill_9_of_the_launcher_leaves_no_process_of_any_generation(launcher: subprocess.Popen[str]) -> None:
    facts = started(launcher)
    family = descendants(launcher.pid)
    assert len(descendants(facts["stubborn"])) == 3
    assert len(family) >= 4 + 4 + 5  # The guardian and four children; the stubborn one's; PostgreSQL's.
    launcher.send_signal(signal.SIGKILL)
    assert survivors(family) == set()


def test_a_launcher_that_lost_its_guardian_still_takes_its_children_along(launcher: subprocess.Popen[str]) -> None:
    facts = started(launcher)
    direct = children(launcher.pid)
    os.kill(facts["guardian"], signal.SIGKILL)
    launcher.send_signal(signal.SIGKILL)
    try:
        assert survivors(direct) == set()
    finally:
        os.killpg(facts["stubborn"], signal.SIGKILL)  # Its grandchildren were the guardian's to end.


def test_a_clean_stop_leaves_nothing_and_postgres_shut_down_in_order(
    launcher: subprocess.Popen[str], tmp_path: Path
) -> None:
    started(launcher)
    family = descendants(launcher.pid)
    assert launcher.stdin is not None
    launcher.stdin.close()
    assert launcher.wait(30) == 0
    assert survivors(family) == set()
    assert "database system is shut down" in (tmp_path / "postgres" / "postgres.log").read_text()
