"""The commands that make roles and tables, as compose and an operator run them: passwords come from files alone."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

OWNER, SERVICE = f"owner_{uuid4().hex[:8]}", f"service_{uuid4().hex[:8]}"


class Operator:
    """Who has the superuser's password, and files with what the roles are to have."""

    def __init__(self, url: str, secrets: Path) -> None:
        parts = urlsplit(url)
        self.secrets, self.place = secrets, f"{parts.hostname}:{parts.port}{parts.path}"
        self.change("superuser", parts.password or "")

    def change(self, name: str, value: str) -> None:
        (self.secrets / name).write_text(f"{value}\n")

    def run(self, command: str, user: str, secret: str, **more: str) -> subprocess.CompletedProcess[str]:
        environ = {
            "LEDGERBOARD_DATABASE_URL": f"postgresql://{user}@{self.place}",
            "LEDGERBOARD_DATABASE_SECRET": secret,
            "LEDGERBOARD_SECRETS": "files",
            "LEDGERBOARD_SECRETS_DIRECTORY": str(self.secrets),
            "LEDGERBOARD_DATABASE_SERVICE_ROLE": SERVICE,
            **more,
        }
        argv = [sys.executable, "-m", "ledgerboard_history", command]
        return subprocess.run(argv, env=os.environ | environ, capture_output=True, text=True, check=False)

    def provision(self) -> subprocess.CompletedProcess[str]:
        named = {"OWNER_ROLE": OWNER, "OWNER_SECRET": "owner", "SERVICE_SECRET": "service"}
        more = {f"LEDGERBOARD_DATABASE_{name}": value for name, value in named.items()}
        return self.run("provision-database", "postgres", "superuser", **more)

    def logs_in(self, user: str, password: str) -> bool:
        try:
            psycopg.connect(f"postgresql://{user}:{password}@{self.place}").close()
        except psycopg.OperationalError:
            return False
        return True


@pytest.fixture
def operator(fresh_database: str, tmp_path: Path) -> Iterator[Operator]:
    yield Operator(fresh_database, tmp_path)
    with psycopg.connect(fresh_database, autocommit=True) as connection:
        for role in (SERVICE, OWNER):
            connection.execute(sql.SQL("REASSIGN OWNED BY {} TO postgres").format(sql.Identifier(role)))
            connection.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(role)))
            connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))


def test_roles_and_tables_are_made_and_passwords_rotated_by_running_it_again(operator: Operator) -> None:
    operator.change("owner", "first-owner")
    operator.change("service", "first-service")
    made = operator.provision()
    assert (made.returncode, "first-" in made.stdout + made.stderr) == (0, False), made.stderr
    migrated = operator.run("migrate", OWNER, "owner")
    assert migrated.returncode == 0, migrated.stderr
    with psycopg.connect(f"postgresql://{SERVICE}:first-service@{operator.place}") as connection:
        assert connection.execute("SELECT count(*) FROM facts").fetchone() == (0,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DROP TABLE facts")
    operator.change("service", '{"username": "ignored", "password": "second-service"}')
    assert operator.provision().returncode == 0
    assert [operator.logs_in(SERVICE, f"{which}-service") for which in ("first", "second")] == [False, True]
    assert operator.logs_in(OWNER, "first-owner")


def test_a_secret_that_is_missing_is_named_and_nothing_is_made(operator: Operator) -> None:
    operator.change("owner", "x")
    operator.change("service", "")
    refused = operator.provision()
    assert refused.returncode == 2
    assert "there is no secret service" in refused.stderr
    operator.change("service", "y")
    assert operator.provision().returncode == 0
