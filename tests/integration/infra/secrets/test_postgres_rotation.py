"""A database password that changes under load fails nobody, in no order of the two changes."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from secrets import token_hex

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Engine, text

from ledgerboard_dev.embedded import EmbeddedPostgres
from ledgerboard_dev.processes import Guardian
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.postgres import make_engine, postgres_errors
from ledgerboard_infra.secrets import Credentials
from ledgerboard_infra.secrets.keeping import RENEWAL_PAUSE
from tests.integration.infra.secrets.stores import Vault

THREADS = 6
ROLE = "player"


class Database:
    """A server at which `ROLE` must show the password that the vault has."""

    def __init__(self, server: EmbeddedPostgres, vault: Vault) -> None:
        self.server, self.vault = server, vault
        self.say(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(ROLE)))
        self.change(vault.rotate())
        self.url = server.url_of(ROLE, "postgres")

    def say(self, statement: sql.SQL | sql.Composed) -> None:
        with psycopg.connect(self.server.url, autocommit=True) as connection:
            connection.execute(statement)

    def change(self, password: str) -> None:
        self.say(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(ROLE), sql.Literal(password)))

    def end_connections(self) -> None:
        self.say(sql.SQL("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = {}").format(ROLE))

    def engine(self) -> Engine:
        credentials = Credentials(self.vault.secrets, self.vault.name)
        return make_engine(self.url, application_name="test", pool_size=THREADS, credentials=credentials)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, guardian: Guardian) -> Iterator[EmbeddedPostgres]:
    home = tmp_path_factory.mktemp("guarded")
    with EmbeddedPostgres(home, guardian=guardian, durable=False) as server:
        yield server


@pytest.fixture
def database(server: EmbeddedPostgres, sqs_endpoint: str) -> Iterator[Database]:
    made = Database(server, Vault(sqs_endpoint))
    yield made
    made.end_connections()
    made.say(sql.SQL("DROP ROLE {}").format(sql.Identifier(ROLE)))


class Load:
    """Threads that ask, each with a connection that is new."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._stopped = threading.Event()

    def ask(self) -> int:
        asked = 0
        while not self._stopped.is_set():
            with postgres_errors(), self._engine.connect() as connection:
                assert connection.scalar(text("SELECT 1")) == 1
                connection.invalidate()
            asked += 1
        return asked

    def stop(self) -> None:
        self._stopped.set()


@pytest.mark.parametrize("store_first", [True, False])
def test_a_rotation_under_load_fails_nobody(database: Database, store_first: bool) -> None:  # noqa: FBT001 -- a table
    engine = database.engine()
    load = Load(engine)
    with ThreadPoolExecutor(THREADS) as threads:
        asking = [threads.submit(load.ask) for _ in range(THREADS)]
        for _ in range(2):
            rotate(database, store_first=store_first)
            time.sleep(RENEWAL_PAUSE.total_seconds() + 1)  # Two rotations within the pause would be one too many.
        load.stop()
        asked = [each.result() for each in asking]
    engine.dispose()
    assert min(asked) > 10


def rotate(database: Database, *, store_first: bool) -> None:
    if store_first:
        database.change(database.vault.rotate())
        return
    value = token_hex(16)
    database.change(value)
    database.vault.rotate(value)


def test_the_password_before_is_tried_where_the_store_is_ahead_of_the_server(database: Database) -> None:
    database.vault.rotate()
    engine = database.engine()
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT current_user")) == ROLE
    engine.dispose()


def test_a_secret_as_rds_writes_it_may_change_the_user_too(database: Database) -> None:
    database.say(sql.SQL("CREATE ROLE player_clone LOGIN PASSWORD 'clone'"))
    engine = database.engine()
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT current_user")) == ROLE
    database.vault.rotate('{"username": "player_clone", "password": "clone"}')
    database.change("nobody-knows")
    engine.dispose()
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT current_user")) == "player_clone"
    engine.dispose()
    database.say(sql.SQL("DROP ROLE player_clone"))


def test_a_password_that_is_refused_is_an_outage_and_shown_nowhere(database: Database) -> None:
    value = database.vault.rotate()
    database.change("nobody-knows")
    with pytest.raises(UnavailableError, match="password authentication failed") as caught, postgres_errors():
        database.engine().connect()
    error: BaseException | None = caught.value
    while error is not None:
        assert value not in f"{error} {error!r} {vars(error)}"
        error = error.__cause__ or error.__context__


def test_a_url_with_a_password_in_it_goes_on_working(database: Database) -> None:
    value = database.vault.rotate()
    database.change(value)
    engine = make_engine(database.server.url_of(ROLE, "postgres", value), application_name="test", pool_size=1)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT current_user")) == ROLE
    engine.dispose()
    assert value not in repr(engine)
