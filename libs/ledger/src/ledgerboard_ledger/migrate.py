"""Bring the database to this package's schema.

Two migrators never race: the second waits at an advisory lock and then finds nothing to do. A migration that cannot get
its lock soon gives up and changes nothing, so that it never queues the whole system behind it.
"""

from collections.abc import Callable
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from ledgerboard_infra.errors import MisconfiguredError
from ledgerboard_infra.postgres import make_engine, postgres_errors
from ledgerboard_infra.secrets import Credentials
from ledgerboard_ledger.roles import grant_to_services

_MIGRATION_LOCK: Final = 0x6C65_6467_6572_0001
"""An advisory lock of our own: ``ledger`` in ASCII, and a number for the purpose."""

_WAIT_FOR_OTHERS_SECONDS: Final = 300
_ENCODING: Final = "UTF8"
_LIMITS: Final = ("SET LOCAL lock_timeout = '5s'", "SET LOCAL statement_timeout = '60s'")


class SchemaError(Exception):
    """The database is not migrated as far as this release needs: run ``ledgerboard-history migrate``."""


def migrate(
    url: str,
    credentials: Credentials | None = None,
    *,
    beside: Callable[[Connection], object] | None = None,
    service_role: str = "",
) -> None:
    """Run the migrations that are missing, in one transaction. Safe to repeat, safe to race.

    Then ``beside`` makes what else there has to be, and ``service_role``, if it is not the owner, gets its rights to
    all of it. Raises `MisconfiguredError` for a database that cannot hold every text.
    """
    engine = make_engine(
        url,
        application_name="ledgerboard-migrate",
        pool_size=1,
        credentials=credentials,
        statement_timeout_seconds=_WAIT_FOR_OTHERS_SECONDS,
    )
    try:
        with postgres_errors(), engine.begin() as connection:
            _upgrade(connection)
            if beside is not None:
                beside(connection)
            if service_role:
                grant_to_services(connection, service_role)
    finally:
        engine.dispose()


def check_schema(engine: Engine) -> None:
    """Raise `SchemaError` unless the database has this package's newest revision or one that it does not know yet.

    A revision that is unknown here comes from a newer release, whose migrations stay compatible with this one.
    """
    script = ScriptDirectory.from_config(_config())
    with postgres_errors(), engine.connect() as connection:
        revision = MigrationContext.configure(connection).get_current_revision()
    known = {step.revision for step in script.walk_revisions()}
    if revision is None or (revision in known and revision != script.get_current_head()):
        raise SchemaError(f"the database is at revision {revision}, this release needs {script.get_current_head()}")


def _upgrade(connection: Connection) -> None:
    encoding = connection.execute(text("SHOW server_encoding")).scalar_one()
    if encoding != _ENCODING:
        raise MisconfiguredError(
            f"the database's encoding is {encoding}, and must be {_ENCODING} to hold every name: "
            f"make it with CREATE DATABASE ... ENCODING '{_ENCODING}' TEMPLATE template0"
        )
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
    for limit in _LIMITS:
        connection.execute(text(limit))
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "ledgerboard_ledger:migrations")
    return config
