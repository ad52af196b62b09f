"""Choosing a server's programs."""

from pathlib import Path

import pytest

from ledgerboard_dev.binaries import MissingServerError, postgres_directory, redis_executable
from ledgerboard_dev.settings import DevSettings


def program(path: Path, says: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho '{says}'\n")
    path.chmod(0o755)
    return path


def test_the_bundled_servers_are_found_without_importing_their_packages() -> None:
    assert (postgres_directory("bundled") / "initdb").exists()
    assert redis_executable("bundled").exists()


def test_a_chosen_postgres_needs_initdb_and_version_15(tmp_path: Path) -> None:
    program(tmp_path / "postgres", "postgres (PostgreSQL) 15.4")
    with pytest.raises(MissingServerError, match="PostgreSQL 15"):
        postgres_directory(str(tmp_path))
    program(tmp_path / "initdb", "")
    assert postgres_directory(str(tmp_path)) == tmp_path
    program(tmp_path / "postgres", "postgres (PostgreSQL) 14.12")
    with pytest.raises(MissingServerError, match="PostgreSQL 15"):
        postgres_directory(str(tmp_path))


@pytest.mark.parametrize(
    ("says", "taken"),
    [
        ("Redis server v=7.0.15 sha=0", True),
        ("Server v=9.1.0 sha=0", True),
        ("Redis server v=6.2.7 sha=0", False),
        ("not a server", False),
    ],
)
def test_a_chosen_redis_is_7_or_later(tmp_path: Path, says: str, *, taken: bool) -> None:
    executable = program(tmp_path / "redis-server", says)
    if taken:
        assert redis_executable(str(executable)) == executable
    else:
        with pytest.raises(MissingServerError, match=r"Redis 7\.0"):
            redis_executable(str(executable))


def test_an_empty_setting_means_the_bundled_server() -> None:
    assert DevSettings.from_env({"LEDGERBOARD_DEV_REDIS": ""}) == DevSettings()
    assert DevSettings.from_env({"LEDGERBOARD_DEV_POSTGRES": "system"}).postgres == "system"
