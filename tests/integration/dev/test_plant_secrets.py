"""The job of docker-compose.yml that takes secrets from their files to Secrets Manager."""

import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest

from ledgerboard_infra.secrets import Secret
from ledgerboard_infra.secrets.aws import SecretsManagerStore, aws_client

SCRIPT = Path(__file__).parents[3] / "deploy" / "plant_secrets.py"


class Job:
    def __init__(self, endpoint: str, directory: Path) -> None:
        self.endpoint, self.directory, self.prefix = endpoint, directory, f"ledgerboard/{uuid4().hex}"
        self.store = SecretsManagerStore(aws_client("secretsmanager", "us-east-1", endpoint))

    def run(self) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(SCRIPT), self.endpoint, self.prefix, str(self.directory)]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)


@pytest.fixture
def job(sqs_endpoint: str, tmp_path: Path) -> Job:
    (tmp_path / "write-key").write_text("first\n")
    return Job(sqs_endpoint, tmp_path)


def test_a_file_becomes_a_secret_and_a_new_value_a_rotation(job: Job) -> None:
    for value, done, secret in (
        ("first", "created", Secret("first")),
        ("first", "unchanged", Secret("first")),
        ("second", "rotated", Secret("second", "first")),
        ("second", "unchanged", Secret("second", "first")),
    ):
        (job.directory / "write-key").write_text(f"{value}\n")
        run = job.run()
        assert (run.returncode, run.stdout) == (0, f"{job.prefix}/write-key: {done}\n")
        assert job.store.fetch(f"{job.prefix}/write-key") == secret


def test_an_empty_file_is_refused(job: Job) -> None:
    (job.directory / "write-key").write_text("\n")
    run = job.run()
    assert run.returncode == 1
    assert "the secret write-key is empty" in run.stderr
