"""``./run``'s commands as a person gives them, in processes of their own."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.dev.family import descendants, survivors

pytestmark = pytest.mark.slow


def command(*words: str, state: Path) -> list[str]:
    return [sys.executable, "-m", "ledgerboard_dev", *words, "--state", str(state)]


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "state"
    subprocess.run(command("down", "--purge", state=tmp_path / "state"), check=False, timeout=100)


def test_up_stays_up_and_down_purge_leaves_neither_process_nor_file(state: Path) -> None:
    subprocess.run(command("up", state=state), check=True, timeout=100)
    holder = json.loads((state / "stack.json").read_text())["pid"]
    family = {holder} | descendants(holder)
    assert len(family) > 10
    again = subprocess.run(command("up", state=state), check=False, capture_output=True, text=True, timeout=30)
    assert again.returncode == 1
    assert "already running" in again.stderr
    subprocess.run(command("down", "--purge", state=state), check=True, timeout=100)
    assert survivors(family) == set()
    assert not state.exists()


def test_kill_9_of_a_whole_stack_s_launcher_leaves_no_process(state: Path) -> None:
    subprocess.run(command("up", state=state), check=True, timeout=100)
    holder = json.loads((state / "stack.json").read_text())["pid"]
    family = {holder} | descendants(holder)
    os.kill(holder, signal.SIGKILL)
    assert survivors(family) == set()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_demo_that_is_asked_to_stop_ends_with_0_and_leaves_nothing(state: Path, number: signal.Signals) -> None:
    words = command("demo", "--seconds", "60", "--players", "20", state=state)
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as demo:
        assert demo.stdout is not None
        assert any("scores/s" in line for line in demo.stdout)
        family = descendants(demo.pid)
        demo.send_signal(number)
        assert demo.wait(60) == 0
    assert survivors(family) == set()


def test_a_demo_plays_a_season_and_finds_it_exact(state: Path) -> None:
    words = command("demo", "--seconds", "4", "--rate", "100", "--players", "50", "--once", state=state)
    played = subprocess.run(words, check=False, capture_output=True, text=True, timeout=110)
    assert played.returncode == 0, played.stdout + played.stderr
    assert "\nEXACT: " in played.stdout
