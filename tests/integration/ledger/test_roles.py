"""The services' role does all that services do, and nothing that only an owner or a superuser may."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Engine, text
from sqlalchemy.exc import ProgrammingError

from ledgerboard_contracts import BoardOptions, Correction, CorrectionKind
from ledgerboard_infra.ids import new_uuid7
from ledgerboard_infra.jobs import make_result_tables
from ledgerboard_infra.postgres import make_engine
from ledgerboard_ledger import (
    Archives,
    LedgerWriter,
    Month,
    Partitions,
    PostgresDefinitions,
    RoleLogin,
    check_schema,
    migrate,
    provision_roles,
)
from ledgerboard_ledger.erasures import Erasures
from ledgerboard_ledger.snapshots import Snapshots
from ledgerboard_testkit.events import NOON, envelope, fact, rejection

OLD: Final = datetime(2026, 7, 31, 23, 59, tzinfo=UTC)


class Database:
    """A ledger whose roles are told apart."""

    def __init__(self, url: str) -> None:
        mark = uuid4().hex[:8]
        self.url = url
        self.owner = RoleLogin(f"owner_{mark}", uuid4().hex)
        self.service = RoleLogin(f"service_{mark}", uuid4().hex)
        self.admin = make_engine(url, application_name="test", pool_size=1)

    def provision(self) -> None:
        provision_roles(self.admin, self.owner, self.service)

    def migrate(self) -> None:
        migrate(self.url_of(self.owner), beside=make_result_tables, service_role=self.service.name)

    def url_of(self, role: RoleLogin) -> str:
        parts = self.url.partition("@")
        return f"postgresql://{role.name}:{role.password}@{parts[2]}"

    def close(self) -> None:
        self.admin.dispose()
        database = psycopg.conninfo.conninfo_to_dict(self.url)["dbname"]
        with psycopg.connect(self.url, autocommit=True) as connection:
            for role in (self.service, self.owner):
                connection.execute(sql.SQL("REASSIGN OWNED BY {} TO postgres").format(sql.Identifier(role.name)))
                connection.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(role.name)))
                connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role.name)))
        assert database


@pytest.fixture(scope="module")
def database(fresh_database: str) -> Iterator[Database]:
    made = Database(fresh_database)
    made.provision()
    made.migrate()
    yield made
    made.close()


@pytest.fixture(scope="module")
def engine(database: Database) -> Iterator[Engine]:
    """As the services have it."""
    engine = make_engine(database.url_of(database.service), application_name="test", pool_size=4)
    yield engine
    engine.dispose()


def test_the_services_record_correct_and_erase(engine: Engine) -> None:
    check_schema(engine)
    writer, at = LedgerWriter(engine), NOON + timedelta(minutes=1)
    PostgresDefinitions(engine).define("race", BoardOptions(title="Race"))
    voided, erased = fact("voided", 900), fact("erased", 800)
    assert writer.append([envelope(voided, erased)], [rejection()]).recorded == 2
    corrections = [
        Correction(
            correction_id=new_uuid7(at), kind=CorrectionKind.VOID, occurred_at=at, reason="r", author="desk",
            board="race", player="voided", event_id=voided.event_id,
        ),
        Correction(
            correction_id=new_uuid7(at), kind=CorrectionKind.ERASE, occurred_at=at, reason="r", author="desk",
            player="erased",
        ),
    ]  # fmt: skip
    writer.correct(corrections)
    Erasures(engine, Snapshots(engine)).erase(corrections[1])
    with engine.connect() as connection:
        names = set(connection.execute(text("SELECT player FROM facts")).scalars())
    assert "voided" in names
    assert "erased" not in names


def test_the_services_get_new_months_and_archive_old_ones(engine: Engine) -> None:
    assert Partitions(engine).ensure([Month(2031, 12)]) == ["facts_2031_12", "rejections_2031_12"]
    LedgerWriter(engine).append([envelope(fact("old", 5, at=OLD), board="rally")], [])
    assert Archives(engine).detach(Month(2026, 7), exported=1) == ["rally"]
    assert Month(2026, 7) not in Archives(engine).months_before(Month(2026, 8))


def test_results_of_jobs_have_their_tables(engine: Engine) -> None:
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM celery_taskmeta")).scalar_one() == 0
        make_result_tables(connection)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (x int)",
        "CREATE TEMPORARY TABLE mine (x int)",
        "CREATE SCHEMA mine",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE ROLE mine",
        "CREATE DATABASE mine",
        "CREATE EXTENSION pg_trgm",
        "DROP TABLE facts",
        "ALTER TABLE facts DISABLE TRIGGER ALL",
        "ALTER TABLE facts ADD COLUMN mine int",
        "TRUNCATE rejections",
        "DELETE FROM facts",
        "DELETE FROM corrections",
        "DELETE FROM final_standings",
        "UPDATE alembic_version SET version_num = '9999'",
        "INSERT INTO facts_2031_12 DEFAULT VALUES",
        "SELECT * FROM archive.facts_2026_07",
        "SET session_replication_role = replica",
        "ALTER SYSTEM SET archive_command = 'id'",
        "COPY (SELECT 1) TO PROGRAM 'id'",
        "COPY (SELECT 1) TO '/tmp/mine'",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT lo_import('/etc/passwd')",
        "SET ROLE postgres",
        "SET ROLE {owner}",
        "ALTER ROLE CURRENT_USER SUPERUSER",
        "SELECT rolpassword FROM pg_authid",
    ],
)
def test_the_services_may_do_nothing_else(database: Database, engine: Engine, statement: str) -> None:
    asked = statement.replace("{owner}", database.owner.name)
    alone = engine.execution_options(isolation_level="AUTOCOMMIT")
    with alone.connect() as connection, pytest.raises(ProgrammingError, match=r"permission denied|must be|[Oo]nly"):
        connection.exec_driver_sql(asked)


def test_neither_role_is_more_than_it_has_to_be(database: Database) -> None:
    rights = "rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls"
    with database.admin.connect() as connection:
        for role in (database.owner, database.service):
            told = text(f"SELECT {rights}, left(rolpassword, 14) FROM pg_authid WHERE rolname = :name")  # noqa: S608 -- constants
            assert tuple(connection.execute(told, {"name": role.name}).one()) == (False, "SCRAM-SHA-256$")


def test_the_functions_of_the_owner_mean_its_own_tables_whatever_the_caller_has(database: Database) -> None:
    """As the owner of another database's temporary table would: the right to make one is given here for the test."""
    service = psycopg.conninfo.conninfo_to_dict(database.url)["dbname"]
    with psycopg.connect(database.url, autocommit=True) as connection:
        grant = sql.SQL("GRANT TEMPORARY ON DATABASE {} TO {}")
        connection.execute(grant.format(sql.Identifier(str(service)), sql.Identifier(database.service.name)))
    with psycopg.connect(database.url_of(database.service)) as connection:
        connection.execute("CREATE TEMPORARY TABLE facts (LIKE public.facts)")
        connection.execute("SET search_path = pg_temp, public")
        assert connection.execute("SELECT public.make_month(2033, 1)").fetchone() == (
            ["facts_2033_01", "rejections_2033_01"],
        )
        parents = "SELECT inhparent::regclass::text FROM pg_inherits WHERE inhrelid = 'public.facts_2033_01'::regclass"
        assert connection.execute(parents).fetchone() == ("public.facts",)
    database.provision()


@pytest.mark.parametrize(("year", "month"), [(2030, 0), (2030, 13), (-1, 1), (300_000, 1)])
def test_what_is_no_month_is_refused(engine: Engine, year: int, month: int) -> None:
    with engine.connect() as connection, pytest.raises(Exception, match=r"out of range|invalid|exceed|overflow"):
        connection.execute(text("SELECT make_month(:year, :month)"), {"year": year, "month": month})


def test_months_have_the_bounds_that_the_code_says(engine: Engine) -> None:
    with engine.connect() as connection:
        for month in (Month(1970, 1), Month(2026, 11), Month(2026, 12), Month(2099, 2)):
            found = connection.execute(
                text("SELECT first_id_of_month(:year, :month)"), {"year": month.year, "month": month.number}
            )
            assert found.scalar_one() == month.first_id


def test_a_ledger_that_is_older_than_its_roles_is_handed_over(postgres_url: str) -> None:
    """It was made by a superuser as whom the services logged in, and of whom they were members."""
    name = f"older_{uuid4().hex}"
    url = f"{postgres_url.rpartition('/')[0]}/{name}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    made = Database(url)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN IN ROLE postgres").format(sql.Identifier(made.service.name)))
    migrate(url)
    LedgerWriter(made.admin).append([envelope(fact("ann", 5, at=OLD))], [rejection()])
    made.provision()
    made.migrate()
    made.provision()
    made.migrate()
    with psycopg.connect(made.url_of(made.service)) as connection:
        owners = "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'"
        assert connection.execute(owners).fetchall() == [(made.owner.name,)]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SET ROLE postgres")
    engine = make_engine(made.url_of(made.service), application_name="test", pool_size=1)
    LedgerWriter(engine).append([envelope(fact("bob", 6, at=OLD - timedelta(days=70)))], [])
    engine.dispose()
    made.close()
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
