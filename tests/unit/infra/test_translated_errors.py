"""Which errors mean: wait; and which mean: this will never work."""

import psycopg
import pytest
import redis
import sqlalchemy
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError, ParamValidationError
from psycopg import errors as pg
from sqlalchemy import exc

from ledgerboard_infra.errors import RefusedError, UnavailableError
from ledgerboard_infra.postgres import driver_url, postgres_errors
from ledgerboard_infra.sqs import sqs_errors
from ledgerboard_infra.valkey import redis_errors


def _sqlalchemy(error: psycopg.Error) -> exc.DBAPIError:
    made = exc.DBAPIError.instance("SELECT 1", None, error, psycopg.Error)
    assert isinstance(made, exc.DBAPIError)
    return made


@pytest.mark.parametrize(
    "error",
    [
        psycopg.OperationalError("connection refused"),
        psycopg.InterfaceError("the connection is closed"),
        pg.AdminShutdown("terminating"),
        pg.DeadlockDetected("deadlock"),
        pg.LockNotAvailable("lock timeout"),
        pg.QueryCanceled("statement timeout"),
        pg.ReadOnlySqlTransaction("a demoted writer"),
        pg.TooManyConnections("too many"),
        pg.UndefinedTable("not migrated"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_postgresql_errors_that_pass_are_unavailability(error: psycopg.Error) -> None:
    with pytest.raises(UnavailableError, match="PostgreSQL"), postgres_errors():
        raise _sqlalchemy(error)
    with pytest.raises(UnavailableError, match="PostgreSQL"), postgres_errors():
        raise error


@pytest.mark.parametrize("error", [pg.UniqueViolation("twice"), pg.CheckViolation("bound"), pg.ProgramLimitExceeded()])
def test_postgresql_errors_of_the_statement_stay_what_they_are(error: psycopg.Error) -> None:
    with pytest.raises(exc.DBAPIError), postgres_errors():
        raise _sqlalchemy(error)
    with pytest.raises(type(error)), postgres_errors():
        raise error


def test_a_pool_without_a_free_connection_is_unavailability() -> None:
    with pytest.raises(UnavailableError), postgres_errors():
        raise exc.TimeoutError


@pytest.mark.parametrize(
    "error",
    [
        redis.ConnectionError("refused"),
        redis.TimeoutError("slow"),
        redis.ReadOnlyError("a demoted primary"),
        redis.BusyLoadingError("loading"),
        redis.exceptions.ClusterDownError("The cluster is down"),
        redis.exceptions.TryAgainError("Multiple keys request during rehashing of slot"),
        redis.exceptions.NoPermissionError("this user has no permissions to run the 'fcall' command"),
        redis.exceptions.RedisClusterException("no node answered"),
        redis.ResponseError("OOM command not allowed when used memory > 'maxmemory'."),
        redis.ResponseError("MISCONF Redis is configured to save RDB snapshots"),
        redis.ResponseError("Command # 1 (HMGET key) of pipeline caused error: BUSY Valkey is busy running a script."),
    ],
    ids=str,
)
def test_redis_errors_that_pass_are_unavailability(error: redis.RedisError) -> None:
    with pytest.raises(UnavailableError, match="Redis"), redis_errors():
        raise error


@pytest.mark.parametrize(
    "words",
    [
        "WRONGTYPE Operation",
        "ERR user_script:3: boom",
        "BUSYKEY Target key exists",
        "Command # 1 (GET BUSY) of pipeline caused error: WRONGTYPE Operation",
    ],
)
def test_redis_errors_of_the_command_stay_what_they_are(words: str) -> None:
    with pytest.raises(redis.ResponseError), redis_errors():
        raise redis.ResponseError(words)


def _client_error(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "words"}}, "SendMessage")


@pytest.mark.parametrize(
    "error",
    [
        _client_error("AWS.SimpleQueueService.NonExistentQueue"),
        _client_error("QueueDoesNotExist"),
        _client_error("ThrottlingException"),
        _client_error("AccessDenied"),
        _client_error("503"),
        EndpointConnectionError(endpoint_url="http://sqs"),
        NoCredentialsError(),
    ],
    ids=str,
)
def test_sqs_errors_that_pass_are_unavailability(error: Exception) -> None:
    with pytest.raises(UnavailableError, match="SQS"), sqs_errors():
        raise error


@pytest.mark.parametrize(
    "error",
    [
        _client_error("InvalidMessageContents"),
        _client_error("AWS.SimpleQueueService.BatchRequestTooLong"),
        ParamValidationError(report="Missing parameter"),
    ],
    ids=str,
)
def test_sqs_errors_of_the_request_are_refusals(error: Exception) -> None:
    with pytest.raises(RefusedError), sqs_errors():
        raise error


def test_a_postgresql_url_gets_its_driver() -> None:
    assert driver_url("postgresql://u:p@h:5432/d").drivername == "postgresql+psycopg"
    assert isinstance(driver_url("postgresql://h/d"), sqlalchemy.URL)
