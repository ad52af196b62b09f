"""When ./run installs again, and that nothing it reads names a place to download from."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from ledgerboard_dev.install import Installation

ROOT = Path(__file__).parents[3]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone whose environment was finished."""
    (tmp_path / "requirements.lock").write_text("rich==1 --hash=sha256:00\n")
    (tmp_path / "dev").mkdir()
    (tmp_path / "dev" / "pyproject.toml").write_text("[project]\n")
    installation = Installation(tmp_path, {})
    installation.python.parent.mkdir(parents=True)
    installation.python.touch()
    installation.stamp()
    return tmp_path


def test_a_finished_environment_is_used_again(clone: Path) -> None:
    assert Installation(clone, {}).is_current()


@pytest.mark.parametrize("changed", ["requirements.lock", "dev/pyproject.toml", ".venv/ledgerboard-stamp"])
def test_a_change_of_the_lock_or_of_a_package_makes_it_install_again(clone: Path, changed: str) -> None:
    (clone / changed).write_text("something else")
    assert not Installation(clone, {}).is_current()


def test_an_environment_that_was_not_finished_is_not_used(clone: Path) -> None:
    (clone / ".venv" / "ledgerboard-stamp").unlink()
    assert not Installation(clone, {}).is_current()


@pytest.mark.parametrize("name", ["run", "requirements.lock", "dev/src/ledgerboard_dev/install.py", ".ci/run"])
def test_no_file_of_the_installation_names_a_host(name: str) -> None:
    assert not re.search(r"https?://|--(extra-)?index-url|--find-links", (ROOT / name).read_text())


def test_help_needs_no_environment_and_an_unknown_command_is_told() -> None:
    told = subprocess.run([sys.executable, "-I", ROOT / "run", "help"], check=True, capture_output=True, text=True)
    assert "./run demo" in told.stdout
    wrong = subprocess.run([sys.executable, "-I", ROOT / "run", "dmeo"], check=False, capture_output=True, text=True)
    assert wrong.returncode != 0
    assert "unknown command 'dmeo'" in wrong.stderr
