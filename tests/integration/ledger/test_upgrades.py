"""A ledger that holds plays takes every migration, and the release before writes on beside it."""

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from alembic import command
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from ledgerboard_infra.postgres import make_engine
from ledgerboard_ledger import LedgerWriter, Replay, Snapshots, migrate
from ledgerboard_ledger.migrate import _config
from ledgerboard_testkit.events import NOON, envelope, event_id, fact


@pytest.fixture
def url(postgres_url: str) -> Iterator[str]:
    name = f"grown_{uuid4().hex}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        yield postgres_url.rpartition("/")[0] + f"/{name}"
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    engine = make_engine(url, application_name="test", pool_size=2)
    yield engine
    engine.dispose()


def _migrate_to(engine: Engine, revision: str) -> None:
    config = _config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


_INSERT = text("""
    INSERT INTO facts (event_id, board, board_version, player, score, occurred_at, envelope_id)
    VALUES (:event_id, 'race', 1, 'ada', 1, now(), :event_id)
""")


def _as_the_release_before(engine: Engine) -> str:
    """A month and a play in it, as a writer makes them that knows nothing of what came later."""
    made = event_id(NOON)
    with engine.begin() as connection:
        connection.execute(_INSERT, {"event_id": made})
    return str(made)


def _make_month(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE facts_2026_11 (LIKE facts INCLUDING DEFAULTS INCLUDING CONSTRAINTS)"))
        connection.execute(
            text(
                "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON facts_2026_11"
                " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
            )
        )
        connection.execute(
            text(
                "ALTER TABLE facts ATTACH PARTITION facts_2026_11"
                " FOR VALUES FROM ('019a3c00-0000-0000-0000-000000000000') TO ('01f00000-0000-0000-0000-000000000000')"
            )
        )


def test_a_ledger_that_holds_plays_takes_session_and_corrections(engine: Engine, url: str) -> None:
    _migrate_to(engine, "0001")
    _make_month(engine)
    before = _as_the_release_before(engine)
    _migrate_to(engine, "0002")
    beside = _as_the_release_before(engine)
    migrate(url)
    after = _as_the_release_before(engine)
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT event_id::text, recorded_xid IS NULL FROM facts ORDER BY event_id"))
        assert rows.all() == [(before, True), (beside, True), (after, False)]


def test_old_plays_are_older_than_every_snapshot_and_count(engine: Engine, url: str) -> None:
    _migrate_to(engine, "0002")
    _make_month(engine)
    before = _as_the_release_before(engine)
    migrate(url)
    snapshot = Snapshots(engine).after_all_before()
    LedgerWriter(engine).append([envelope(fact(session="s-1"))], [])
    found = Replay(engine).page("race", snapshot, None, 10).facts
    assert [str(each.event_id) for each in found] == [before]


@pytest.mark.parametrize("setting", ["off", "on"])
def test_months_from_before_refuse_every_change_that_is_no_erasure(engine: Engine, url: str, setting: str) -> None:
    _migrate_to(engine, "0002")
    _make_month(engine)
    _as_the_release_before(engine)
    migrate(url)
    with engine.connect() as connection:
        connection.execute(text(f"SET ledgerboard.erasing = '{setting}'"))
        with pytest.raises(IntegrityError, match="append-only"):
            connection.execute(text("UPDATE facts_2026_11 SET score = 2"))
