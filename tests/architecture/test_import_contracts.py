"""The arrows between packages hold, and each contract that holds them has been seen to fail.

A contract that cannot fail proves nothing, so each is broken in a copy of the tree: by a plain import, by one inside a
function, by one that only type checkers see.
"""

import os
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests.architecture.tree import ROOT, distributions

LINT: Final = Path(sys.executable).with_name("lint-imports")


@dataclass(frozen=True)
class Planted:
    """Lines added to modules so that a contract breaks; its neighbours may break with it."""

    contract: str
    lines: dict[str, str]

    def __str__(self) -> str:
        return f"{self.contract}: {', '.join(self.lines)}"


PLANTED: Final = [
    Planted("services-are-apart", {"ledgerboard_gateway/settings.py": "import ledgerboard_ranker"}),
    Planted("services-are-apart", {"ledgerboard_ingest/judge.py": "def f(): from ledgerboard_history import worker"}),
    Planted("services-are-apart", {"ledgerboard_cli/gateway.py": "import ledgerboard_gateway.settings"}),
    Planted("libraries-know-no-service", {"ledgerboard_boards/keys.py": "import ledgerboard_ranker.settings"}),
    Planted("libraries-know-no-service", {"ledgerboard_ledger/writer.py": "import ledgerboard_history"}),
    Planted("libraries-know-no-service", {"ledgerboard_infra/clock.py": "import ledgerboard_gateway"}),
    Planted("libraries-know-no-service", {"ledgerboard_contracts/names.py": "import ledgerboard_ingest"}),
    Planted("libraries-know-no-service", {"ledgerboard_infra/clock.py": "import ledgerboard_cli"}),
    Planted("contracts-import-none-of-ours", {"ledgerboard_contracts/names.py": "import ledgerboard_infra.errors"}),
    Planted("contracts-do-no-io", {"ledgerboard_contracts/wire.py": "import structlog"}),
    Planted("infra-knows-no-business", {"ledgerboard_infra/clock.py": "import ledgerboard_contracts.names"}),
    Planted(
        "infra-knows-no-business",
        {"ledgerboard_infra/clock.py": "import typing\nif typing.TYPE_CHECKING:\n    import ledgerboard_ledger"},
    ),
    Planted("boards-and-ledger-are-apart", {"ledgerboard_boards/keys.py": "import ledgerboard_ledger.months"}),
    Planted("boards-and-ledger-are-apart", {"ledgerboard_ledger/months.py": "import ledgerboard_boards"}),
    Planted("redis-stays-in-boards", {"ledgerboard_ranker/worker.py": "import redis"}),
    Planted("redis-stays-in-boards", {"ledgerboard_ledger/reader.py": "from redis.client import Redis"}),
    Planted("sql-stays-in-ledger", {"ledgerboard_history/worker.py": "from sqlalchemy import text"}),
    Planted("sql-stays-in-ledger", {"ledgerboard_gateway/submit.py": "import psycopg"}),
    Planted("sql-stays-in-ledger", {"ledgerboard_cli/gateway.py": "import psycopg"}),
    Planted("sql-stays-in-ledger", {"ledgerboard_ingest/bootstrap.py": "import psycopg"}),
    Planted("aws-stays-in-infra", {"ledgerboard_ingest/bootstrap.py": "import boto3"}),
    Planted("tokens-stay-in-infra", {"ledgerboard_gateway/tokens.py": "import jwt"}),
    Planted("celery-comes-with-jobs", {"ledgerboard_infra/worker.py": "from celery import Celery"}),
    Planted("celery-comes-with-jobs", {"ledgerboard_ranker/worker.py": "from ledgerboard_infra import jobs"}),
    Planted("flask-stays-in-http", {"ledgerboard_gateway/submit.py": "import flask"}),
    Planted("flask-stays-in-http", {"ledgerboard_gateway/standings.py": "from marshmallow import Schema"}),
    Planted("flask-stays-in-http", {"ledgerboard_infra/health/server.py": "import werkzeug"}),
    Planted("testing-is-not-shipped", {"ledgerboard_infra/clock.py": "import ledgerboard_testkit"}),
    Planted("testing-is-not-shipped", {"ledgerboard_history/worker.py": "import ledgerboard_dev"}),
]


def lint(root: Path, sources: list[Path]) -> str:
    """What import-linter says of the packages in ``sources``."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, sources))}
    command = [str(LINT), "--no-cache", "--no-logo", "--config", str(root / "pyproject.toml")]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert "Contracts:" in done.stdout, done.stdout + done.stderr
    return done.stdout


def contracts() -> dict[str, str]:
    """The configured contracts: id to name."""
    configuration = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return {each["id"]: each["name"] for each in configuration["tool"]["importlinter"]["contracts"]}


def broken(report: str) -> set[str]:
    """The ids of the contracts that a report calls broken."""
    words = " ".join(report.split())
    return {contract for contract, name in contracts().items() if f"{name} BROKEN" in words}


def test_every_arrow_holds() -> None:
    report = lint(ROOT, [each.source for each in distributions()])
    assert not broken(report), report


@pytest.mark.parametrize("planted", PLANTED, ids=str)
def test_a_planted_violation_breaks_its_contract(planted: Planted, tmp_path: Path) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for each in distributions():
        shutil.copytree(each.package, tmp_path / each.package.name, ignore=shutil.ignore_patterns("__pycache__"))
    for module, lines in planted.lines.items():
        with (tmp_path / module).open("a", encoding="utf-8") as file:
            file.write(f"\n{lines}\n")
    assert planted.contract in broken(lint(tmp_path, [tmp_path]))


def test_every_contract_is_seen_to_fail() -> None:
    assert {planted.contract for planted in PLANTED} == set(contracts())
