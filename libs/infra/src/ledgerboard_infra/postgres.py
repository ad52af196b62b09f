"""PostgreSQL connections: bounded in time, and with their errors in our words.

The server ends a statement that takes too long. A server that hangs ends nothing, so the client then gives it up.

A password that is named is looked up at each connecting. A connection is replaced after some minutes, so that after a
rotation none goes on for long with what was current before.

What is never the statement's fault (no connection, a failover, a lock not got, a schema not migrated yet) becomes an
`UnavailableError`, so that a consumer waits for it instead of giving its messages up.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any, Final

import psycopg
import sqlalchemy
from psycopg.abc import RV, PQGen
from sqlalchemy import event, exc

from ledgerboard_infra.errors import BusyError, UnavailableError
from ledgerboard_infra.logs import get_logger
from ledgerboard_infra.secrets import Credential, Credentials

CONNECT_TIMEOUT_SECONDS: Final = 3
POOL_TIMEOUT_SECONDS: Final = 5
STATEMENT_TIMEOUT_SECONDS: Final = 20
RECYCLE_SECONDS: Final = 300
ANSWER_GRACE_SECONDS: Final = 1.0
"""How much longer than the server's own timeout the client waits, for the server to say so itself."""
SLOW_SECONDS: Final = 0.5
"""A statement that takes so long is logged, beside the correlation ids of whoever waits for it."""

_NOW: Final = sqlalchemy.text("SELECT clock_timestamp()")
_STARTED: Final = "started"
_DRIVER: Final = "postgresql+psycopg"
_UNAVAILABLE_CLASSES: Final = frozenset({"08", "28", "3D", "40", "53", "55", "57", "58"})
"""Connection, authorization, catalog, rollback, resources, object state, operator, system: PostgreSQL, appendix A."""
_UNAVAILABLE_STATES: Final = frozenset({"25006", "42501", "42703", "42P01", "3F000"})
"""A demoted writer, a missing grant, and a column, table or schema that a migration has yet to make."""

_log = get_logger(__name__)


def make_engine(
    url: str,
    *,
    application_name: str,
    pool_size: int,
    credentials: Credentials | None = None,
    statement_timeout_seconds: float = STATEMENT_TIMEOUT_SECONDS,
) -> sqlalchemy.Engine:
    """An engine for a ``postgresql://`` URL. Connects at first use; every connection speaks UTC.

    ``credentials`` bring the password; without them the URL does.
    No statement takes longer than its timeout and `ANSWER_GRACE_SECONDS`, also where the server hangs. An error names
    no values: they may be secrets, or players who were erased.
    """
    milliseconds = int(statement_timeout_seconds * 1000)
    engine = sqlalchemy.create_engine(
        driver_url(url),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=POOL_TIMEOUT_SECONDS,
        pool_pre_ping=True,
        pool_recycle=RECYCLE_SECONDS,
        hide_parameters=True,
        connect_args={
            "application_name": application_name,
            "connect_timeout": CONNECT_TIMEOUT_SECONDS,
            "keepalives_idle": 30,
            "client_encoding": "UTF8",  # Whatever the database's is; else one of bytes would not even connect.
            "options": f"-c statement_timeout={milliseconds} -c timezone=UTC",
        },
    )
    answer_seconds = statement_timeout_seconds + ANSWER_GRACE_SECONDS

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: object, _record: object, _arguments: object, parameters: dict[str, Any]) -> "_Connection":
        connection = _connected(parameters, credentials)
        connection.answer_seconds = answer_seconds
        return connection

    _log_slow_statements(engine)
    return engine


def _log_slow_statements(engine: sqlalchemy.Engine) -> None:
    """The text of a statement is logged, its values are not."""

    @event.listens_for(engine, "before_cursor_execute")
    def start(connection: sqlalchemy.Connection, *_: object) -> None:
        connection.info[_STARTED] = time.perf_counter()

    @event.listens_for(engine, "after_cursor_execute")
    def finish(connection: sqlalchemy.Connection, _cursor: object, statement: str, *_: object) -> None:
        seconds = time.perf_counter() - connection.info[_STARTED]
        if seconds >= SLOW_SECONDS:
            _log.warning("slow statement", seconds=round(seconds, 3), statement=statement)


class _Connection(psycopg.Connection[Any]):
    """A connection that closes itself when an answer does not come. libpq alone would wait for ever."""

    answer_seconds = float("inf")

    def wait(self, gen: PQGen[RV], *args: Any, **kwargs: Any) -> RV:
        """Let ``gen`` work until it is done. Raises OperationalError where that takes too long."""
        return super().wait(self._in_time(gen), *args, **kwargs)

    def _in_time(self, gen: PQGen[RV]) -> PQGen[RV]:
        deadline = time.monotonic() + self.answer_seconds
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                if not ready and time.monotonic() > deadline:
                    self.close()
                    raise psycopg.OperationalError(f"no answer within {self.answer_seconds:g} s")
                wanted = gen.send(ready)
        except StopIteration as finished:
            answer: RV = finished.value
            return answer


def connector(
    url: str, credentials: Credentials | None, parameters: Mapping[str, Any]
) -> Callable[[], psycopg.Connection[Any]]:
    """Connects to ``url`` as `make_engine` does, for an engine that somebody else makes."""
    made = driver_url(url)
    _, arguments = made.get_dialect()().create_connect_args(made)
    return partial(_connected, {**arguments, **parameters}, credentials)


def _connected(parameters: Mapping[str, Any], credentials: Credentials | None) -> _Connection:
    """A connection with the first credential that is not refused, or with what the URL says."""
    logins = iter([{}]) if credentials is None else map(_login, credentials.attempts())
    refusal = psycopg.OperationalError("nothing to show")
    for login in logins:
        try:
            return _Connection.connect(**{**parameters, **login})
        except psycopg.OperationalError as error:
            refusal = psycopg.OperationalError(str(error))  # The error itself carries the password along.
            if error.pgconn is None or not error.pgconn.used_password:
                break
    raise refusal


def _login(credential: Credential) -> dict[str, str]:
    user = {} if credential.username is None else {"user": credential.username}
    return {**user, "password": credential.password}


def driver_url(url: str) -> sqlalchemy.URL:
    """``url`` as SQLAlchemy wants it, with the psycopg driver."""
    return sqlalchemy.make_url(url).set(drivername=_DRIVER)


class PostgresClock:
    """The server's clock, which all processes share. Raises `UnavailableError` when it is down."""

    def __init__(self, engine: sqlalchemy.Engine) -> None:
        self._engine = engine

    def now(self) -> datetime:
        """This moment, as the server has it: aware, UTC."""
        with postgres_errors(), self._engine.connect() as connection:
            moment: datetime = connection.execute(_NOW).scalar_one()
            return moment


@contextmanager
def postgres_errors() -> Iterator[None]:
    """Translate what is not the statement's fault to `UnavailableError`; let everything else through."""
    try:
        yield
    except exc.TimeoutError as error:
        raise BusyError("PostgreSQL: no free connection") from error
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
