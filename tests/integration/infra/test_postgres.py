"""Statements end in time, whatever the server does."""

import time

import pytest
import structlog
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.logs import correlated
from ledgerboard_infra.postgres import ANSWER_GRACE_SECONDS, SLOW_SECONDS, make_engine, postgres_errors

TIMEOUT_SECONDS = 0.5
FAR_TOO_LONG = text("SELECT pg_sleep(20)")


def _engine(url: str) -> Engine:
    return make_engine(url, application_name="test", pool_size=1, statement_timeout_seconds=TIMEOUT_SECONDS)


def test_the_server_ends_a_statement_that_takes_too_long_and_the_connection_goes_on(postgres_url: str) -> None:
    engine = _engine(postgres_url)
    with engine.connect() as connection:
        backend = connection.scalar(text("SELECT pg_backend_pid()"))
    with pytest.raises(UnavailableError, match="statement timeout"), postgres_errors(), engine.connect() as connection:
        connection.execute(FAR_TOO_LONG)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT pg_backend_pid()")) == backend
    engine.dispose()


def test_a_server_that_does_not_answer_is_given_up_and_the_next_statement_connects_anew(postgres_url: str) -> None:
    engine = _engine(postgres_url)
    with engine.connect() as connection:
        connection.execute(text("SET statement_timeout = 0"))  # As good as a server that hangs: it ends nothing.
        connection.commit()
    started = time.monotonic()
    with pytest.raises(UnavailableError, match="no answer"), postgres_errors(), engine.connect() as connection:
        connection.execute(FAR_TOO_LONG)
    assert time.monotonic() - started < 10 * (TIMEOUT_SECONDS + ANSWER_GRACE_SECONDS)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT 1")) == 1
    engine.dispose()


def test_a_slow_statement_is_logged_with_its_correlation_ids_and_without_its_values(postgres_url: str) -> None:
    engine = make_engine(postgres_url, application_name="test", pool_size=1)
    with (
        structlog.testing.capture_logs([structlog.contextvars.merge_contextvars]) as lines,
        correlated(correlation_ids=["race-1"]),
        engine.connect() as connection,
    ):
        connection.execute(text("SELECT 1"))
        connection.execute(text("SELECT pg_sleep(:seconds)"), {"seconds": SLOW_SECONDS})
    engine.dispose()
    (line,) = [line for line in lines if line["event"] == "slow statement"]
    assert line["correlation_ids"] == ["race-1"]
    assert line["seconds"] >= SLOW_SECONDS
    assert "pg_sleep" in line["statement"]
    assert str(SLOW_SECONDS) not in line["statement"]


def test_an_error_names_no_values(postgres_url: str) -> None:
    engine = make_engine(postgres_url, application_name="test", pool_size=1)
    with pytest.raises(DBAPIError) as caught, postgres_errors(), engine.connect() as connection:
        connection.execute(text("SELECT 1 / :nothing, :secret"), {"nothing": 0, "secret": "hunter2"})
    engine.dispose()
    assert "hunter2" not in str(caught.value)
