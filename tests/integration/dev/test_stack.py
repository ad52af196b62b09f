"""The local stack as the end-to-end tests use it."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from ledgerboard_dev.season.api import Api
from ledgerboard_dev.settings import DevSettings
from ledgerboard_dev.stack import Stack, StackOptions
from ledgerboard_dev.vault import USER
from tests.integration.dev.family import children, descendants, survivors


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, dev_settings: DevSettings) -> Iterator[Stack]:
    options = StackOptions(settings=dev_settings, durable=False, replicas={"ranker": 2})
    with Stack(tmp_path_factory.mktemp("stack"), options) as stack:
        yield stack


@pytest.fixture
def api(stack: Stack) -> Iterator[Api]:
    with closing(Api(stack.gateway_url, stack.admin_key)) as api:
        yield api


def holds(condition: Callable[[], bool], seconds: float = 75) -> bool:
    """The SQS server may hand a message to the long poll of a killed worker; it is back after 30 seconds."""
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


def shows(api: Api, board: str, player: str, score: int) -> Callable[[], bool]:
    return lambda: (api.standing(board, player) or {}).get("score") == score


def test_a_score_reaches_its_board_and_the_ledger(api: Api) -> None:
    status, answer = api.post_score("stack-road", "Ann", 42)
    assert status == 202
    assert holds(shows(api, "stack-road", "Ann", 42))
    assert holds(lambda: [play["event_id"] for play in api.plays("Ann")] == [answer["event_id"]])


def test_every_process_of_every_service_runs_and_is_ready(stack: Stack) -> None:
    names = {"gateway", "ingest", "ranker", "ranker-2", "rebuilder", "history", "history-jobs", "history-beat"}
    assert {name for name, service in stack.services.items() if service.ready} == names


def test_a_shell_that_reads_its_file_is_in_the_stack(stack: Stack, api: Api) -> None:
    """As a runbook has it, in a shell that knew nothing; and the file is for its owner alone."""
    assert stack.environment_file.stat().st_mode & 0o777 == 0o600
    assert stack.home.stat().st_mode & 0o777 == 0o700
    assert api.post_score("stack-shell", "Eve", 5)[0] == 202
    assert holds(shows(api, "stack-shell", "Eve", 5))
    words = "ledgerboard-history reconcile stack-shell && ledgerboard rebuild stack-shell --no-wait"
    command = ["/bin/sh", "-c", f". {stack.environment_file} && {words}"]
    done = subprocess.run(command, env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "stack-shell: 4 views, 0 differences" in done.stdout
    with psycopg.connect(stack.postgres.url_of(USER, "ledgerboard"), password=_told(stack)["PGPASSWORD"]) as db:
        assert db.execute("SELECT current_user").fetchone() == (USER,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            db.execute("COPY (SELECT 1) TO PROGRAM 'id'")


def _told(stack: Stack) -> dict[str, str]:
    lines = stack.environment_file.read_text().splitlines()
    return dict(line.removeprefix("export ").split("=", 1) for line in lines if line.startswith("export "))


def test_a_crashed_service_is_started_again(stack: Stack, api: Api) -> None:
    ingest = stack.services["ingest"]
    crashed = ingest.pid
    os.kill(crashed, signal.SIGKILL)
    assert holds(lambda: ingest.ready and ingest.pid != crashed)
    assert api.post_score("stack-crash", "Ben", 7)[0] == 202
    assert holds(shows(api, "stack-crash", "Ben", 7))


def test_a_killed_service_stays_down_with_all_its_processes_until_it_is_started(stack: Stack, api: Api) -> None:
    family = {stack.services["gateway"].pid} | descendants(stack.services["gateway"].pid)
    assert len(family) > 1
    stack.kill("gateway")
    assert survivors(family) == set()
    restarts = stack.services["gateway"].restarts
    stack.start("gateway")
    assert stack.services["gateway"].restarts == restarts
    assert api.post_score("stack-kill", "Cid", 1)[0] == 202


def test_what_is_submitted_while_a_service_is_stopped_arrives_once_it_is_started(stack: Stack, api: Api) -> None:
    stack.stop("ingest")
    assert api.post_score("stack-stop", "Dot", 9)[0] == 202
    assert not stack.services["ingest"].running
    stack.start("ingest")
    assert holds(shows(api, "stack-stop", "Dot", 9))


def test_a_stack_that_cannot_start_leaves_nothing_running(tmp_path: Path, dev_settings: DevSettings) -> None:
    before = children(os.getpid())
    options = StackOptions(settings=dev_settings, durable=False, environment={"LEDGERBOARD_REDIS_URL": "nonsense"})
    with pytest.raises(RuntimeError, match="ended with"), Stack(tmp_path, options):
        pass
    assert survivors(children(os.getpid()) - before) == set()
