"""A minute in which everything breaks, as ``./run chaos`` does it, ends with an exact ledger and exact boards."""

import subprocess
import sys

import pytest


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_minute_in_which_everything_breaks_loses_nothing_and_doubles_nothing() -> None:
    finished = subprocess.run(
        [sys.executable, "-m", "benchmarks.chaos", "--minutes", "1", "--seed", "1"],
        check=False,
        capture_output=True,
        text=True,
        timeout=570,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert finished.stdout.splitlines()[-1].startswith("EXACT: ")
