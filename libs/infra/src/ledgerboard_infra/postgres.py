"""PostgreSQL connections: bounded in time, and with their errors in our words.

What is never the statement's fault (no connection, a failover, a lock not got, a schema not migrated yet) becomes an
`UnavailableError`, so that a consumer waits for it instead of giving its messages up.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psycopg
import sqlalchemy
from sqlalchemy import exc

from ledgerboard_infra.errors import UnavailableError

CONNECT_TIMEOUT_SECONDS: Final = 3
POOL_TIMEOUT_SECONDS: Final = 5
STATEMENT_TIMEOUT_SECONDS: Final = 20

_DRIVER: Final = "postgresql+psycopg"
_UNAVAILABLE_CLASSES: Final = frozenset({"08", "28", "3D", "40", "53", "55", "57", "58"})
"""Connection, authorization, catalog, rollback, resources, object state, operator, system: PostgreSQL, appendix A."""
_UNAVAILABLE_STATES: Final = frozenset({"25006", "42501", "42703", "42P01", "3F000"})
"""A demoted writer, a missing grant, and a column, table or schema that a migration has yet to make."""


def make_engine(
    url: str,
    *,
    application_name: str,
    pool_size: int,
    statement_timeout_seconds: float = STATEMENT_TIMEOUT_SECONDS,
) -> sqlalchemy.Engine:
    """An engine for a ``postgresql://`` URL. Connects at first use; every connection speaks UTC."""
    milliseconds = int(statement_timeout_seconds * 1000)
    return sqlalchemy.create_engine(
        driver_url(url),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=POOL_TIMEOUT_SECONDS,
        pool_pre_ping=True,
        connect_args={
            "application_name": application_name,
            "connect_timeout": CONNECT_TIMEOUT_SECONDS,
            "keepalives_idle": 30,
            "options": f"-c statement_timeout={milliseconds} -c timezone=UTC",
        },
    )


def driver_url(url: str) -> sqlalchemy.URL:
    """``url`` as SQLAlchemy wants it, with the psycopg driver."""
    return sqlalchemy.make_url(url).set(drivername=_DRIVER)


@contextmanager
def postgres_errors() -> Iterator[None]:
    """Translate what is not the statement's fault to `UnavailableError`; let everything else through."""
    try:
        yield
    except exc.TimeoutError as error:
        raise UnavailableError("PostgreSQL: no free connection") from error
    except exc.DBAPIError as error:
        if error.connection_invalidated or _is_unavailable(error.orig):
            raise UnavailableError(f"PostgreSQL: {error.orig}") from error
        raise
    except psycopg.Error as error:
        if _is_unavailable(error):
            raise UnavailableError(f"PostgreSQL: {error}") from error
        raise


def _is_unavailable(error: BaseException | None) -> bool:
    if not isinstance(error, psycopg.Error):
        return False
    if error.sqlstate is None:
        return isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
    return error.sqlstate in _UNAVAILABLE_STATES or error.sqlstate[:2] in _UNAVAILABLE_CLASSES
