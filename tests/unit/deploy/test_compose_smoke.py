"""Where no engine answers, the smoke run says so, and only fails when an engine was asked for."""

import os
import subprocess
from pathlib import Path

NO_ENGINE = {"DOCKER_HOST": "unix:///nowhere/docker.sock"}


def smoke(root: Path, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], **NO_ENGINE, **more}
    return subprocess.run(
        ["bash", "deploy/compose-smoke.sh"],
        cwd=root, env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_without_an_engine_it_is_skipped_with_a_sentence(root: Path) -> None:
    run = smoke(root)
    assert run.returncode == 0
    assert "skipped: " in run.stdout
    assert "so the compose file was not run" in run.stdout


def test_without_an_engine_it_fails_where_one_is_required(root: Path) -> None:
    run = smoke(root, REQUIRE_ENGINE="1")
    assert run.returncode == 1
    assert "FAILED: " in run.stderr
