"""Real servers for whatever test asks for one: started once a session, on free loopback ports, gone with it.

A module that needs an empty database takes ``fresh_database``; Valkey and SQS are shared, so tests there use keys and
queue names of their own.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
import pytest_socket
import redis
from sqlalchemy import Engine

from ledgerboard_dev.embedded import EmbeddedPostgres, EmbeddedSqs, EmbeddedValkey
from ledgerboard_dev.processes import Guardian
from ledgerboard_dev.settings import DevSettings
from ledgerboard_infra.postgres import make_engine
from ledgerboard_ledger import migrate
from tests.inputs import tell_inputs

pytest.register_assert_rewrite("ledgerboard_testkit.suites")

_UNIT = Path(__file__).parent / "unit"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell what generated inputs came to."""
    tell_inputs(terminalreporter)


@pytest.fixture(autouse=True)
def _sockets(request: pytest.FixtureRequest) -> Iterator[None]:
    """Unit tests talk to nobody."""
    if request.path.is_relative_to(_UNIT):
        pytest_socket.disable_socket(allow_unix_socket=True)
    yield
    pytest_socket.enable_socket()


@pytest.fixture(scope="session")
def dev_settings() -> DevSettings:
    return DevSettings.from_env(os.environ)


@pytest.fixture(scope="session")
def guardian() -> Iterator[Guardian]:
    """Ends the session's servers even if the test run itself is killed."""
    with Guardian() as guardian:
        yield guardian


@pytest.fixture(scope="session")
def postgres_url(
    tmp_path_factory: pytest.TempPathFactory, guardian: Guardian, dev_settings: DevSettings
) -> Iterator[str]:
    home = tmp_path_factory.mktemp("postgres")
    with EmbeddedPostgres(home, guardian=guardian, choice=dev_settings.postgres, durable=False) as server:
        yield server.url


@pytest.fixture(scope="module")
def fresh_database(postgres_url: str) -> Iterator[str]:
    """The URL of an empty database that only this module uses."""
    name = f"test_{uuid4().hex}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        yield postgres_url.removesuffix("postgres") + name
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture(scope="module")
def ledger_url(fresh_database: str) -> str:
    """The same with the ledger's schema."""
    migrate(fresh_database)
    return fresh_database


@pytest.fixture(scope="module")
def engine(ledger_url: str) -> Iterator[Engine]:
    """The test's own way to the ledger, past every relay."""
    engine = make_engine(ledger_url, application_name="test", pool_size=20)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory, guardian: Guardian, dev_settings: DevSettings) -> Iterator[str]:
    home = tmp_path_factory.mktemp("valkey")
    with EmbeddedValkey(home, guardian=guardian, choice=dev_settings.redis, durable=False) as server:
        yield server.url


@pytest.fixture(scope="module")
def valkey(redis_url: str) -> Iterator[redis.Redis]:
    """The test's own way to Redis, past every relay."""
    with redis.Redis.from_url(redis_url) as valkey:
        yield valkey


@pytest.fixture(scope="session", autouse=True)
def _aws_credentials() -> Iterator[None]:
    """boto3's own chain finds these, and never a developer's."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in EmbeddedSqs.environment.items():
            patch.setenv(name, value)
        patch.delenv("AWS_PROFILE", raising=False)
        patch.delenv("AWS_SESSION_TOKEN", raising=False)
        yield


@pytest.fixture(scope="session")
def sqs_endpoint(tmp_path_factory: pytest.TempPathFactory, guardian: Guardian) -> Iterator[str]:
    with EmbeddedSqs(tmp_path_factory.mktemp("sqs"), guardian=guardian, durable=False) as server:
        yield server.url
