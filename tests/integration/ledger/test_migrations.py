"""The schema comes from migrations alone, and is the one that the code believes in."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.exc import IntegrityError

from ledgerboard_infra.errors import MisconfiguredError, UnavailableError
from ledgerboard_infra.postgres import make_engine
from ledgerboard_ledger import LedgerWriter, check_schema, migrate
from ledgerboard_ledger.migrate import SchemaError
from ledgerboard_ledger.tables import Xid8, metadata
from ledgerboard_testkit.events import envelope, fact, rejection


def _scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", "ledgerboard_ledger:migrations")
    return ScriptDirectory.from_config(config)


def test_there_is_one_head() -> None:
    assert len(_scripts().get_heads()) == 1


def test_every_migration_is_numbered_and_named_by_what_it_does() -> None:
    for step in _scripts().walk_revisions():
        assert step.module.__name__.startswith(f"{step.revision}_")
        assert len(step.revision) == 4
        assert step.revision.isdigit()


def test_migrating_an_empty_database_makes_the_tables_that_the_code_declares(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ischema_names, "xid8", Xid8)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": _ours})
        assert compare_metadata(context, metadata) == []


def _ours(_object: object, name: str | None, kind: str, *_: object) -> bool:
    """Partitions follow their table."""
    return kind != "table" or name in metadata.tables


def test_migrating_again_changes_nothing(engine: Engine, fresh_database: str) -> None:
    LedgerWriter(engine).append([envelope(fact())], [])
    migrate(fresh_database)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM facts")).scalar_one() == 1


def test_migrators_that_race_all_succeed(engine: Engine, fresh_database: str) -> None:
    name = f"race_{uuid4().hex}"
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        url = fresh_database.rpartition("/")[0] + f"/{name}"
        with ThreadPoolExecutor(6) as pool:
            list(pool.map(migrate, [url] * 6))
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def test_a_migration_that_cannot_get_its_lock_leaves_everything_as_it_was(postgres_url: str) -> None:
    name = f"locked_{uuid4().hex}"
    maintenance = make_engine(postgres_url, application_name="test", pool_size=1)
    with maintenance.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    url = postgres_url.rpartition("/")[0] + f"/{name}"
    engine = make_engine(url, application_name="test", pool_size=1)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE boards (board text)"))  # Not committed: the migration must wait for it.
        with pytest.raises(UnavailableError, match="lock timeout"):
            migrate(url)
    with pytest.raises(SchemaError, match="None"):
        check_schema(engine)
    engine.dispose()
    with maintenance.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    maintenance.dispose()


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_a_database_that_cannot_hold_every_name_is_refused_in_words(postgres_url: str, encoding: str) -> None:
    name = f"bytes_{uuid4().hex}"
    maintenance = make_engine(postgres_url, application_name="test", pool_size=1)
    with maintenance.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"CREATE DATABASE {name} ENCODING '{encoding}' LOCALE 'C' TEMPLATE template0"))
        with pytest.raises(MisconfiguredError, match=f"encoding is {encoding}, and must be UTF8"):
            migrate(postgres_url.rpartition("/")[0] + f"/{name}")
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    maintenance.dispose()


@pytest.mark.usefixtures("engine")
def test_a_newer_schema_is_taken_for_compatible_and_an_older_one_is_not(fresh_database: str) -> None:
    engine = make_engine(fresh_database, application_name="test", pool_size=1)
    check_schema(engine)
    with engine.connect() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        connection.commit()
        check_schema_alone(fresh_database)
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
        connection.commit()
        with pytest.raises(SchemaError, match="0001"):
            check_schema_alone(fresh_database)
        connection.execute(
            text("UPDATE alembic_version SET version_num = :head"), {"head": _scripts().get_current_head()}
        )
        connection.commit()
    engine.dispose()


def check_schema_alone(url: str) -> None:
    engine = make_engine(url, application_name="test", pool_size=1)
    try:
        check_schema(engine)
    finally:
        engine.dispose()


@pytest.mark.parametrize("change", ["UPDATE {} SET score = 1", "DELETE FROM {}", "TRUNCATE {}"])
@pytest.mark.parametrize("table", ["facts", "rejections"])
@pytest.mark.parametrize("month", ["", "_2026_11"])
def test_the_ledger_refuses_every_change(engine: Engine, change: str, table: str, month: str) -> None:
    LedgerWriter(engine).append([envelope(fact())], [rejection()])
    with engine.connect() as connection, pytest.raises(IntegrityError, match="append-only"):
        connection.execute(text(change.format(table + month)))
