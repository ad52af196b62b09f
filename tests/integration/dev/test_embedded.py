"""The embedded servers, for real."""

from pathlib import Path

import boto3
import psycopg
import pytest
import redis

from ledgerboard_dev.embedded import EmbeddedPostgres, EmbeddedValkey
from ledgerboard_dev.processes import Guardian
from ledgerboard_dev.settings import DevSettings


def test_postgres_answers_a_query_and_is_18_or_what_was_chosen(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        row = connection.execute("show server_version_num").fetchone()
    assert row is not None
    assert int(row[0]) >= 150000


def test_a_fresh_database_is_empty(fresh_database: str) -> None:
    with psycopg.connect(fresh_database) as connection:
        row = connection.execute("select count(*) from pg_tables where schemaname = 'public'").fetchone()
    assert row == (0,)


def test_valkey_never_evicts_and_keeps_an_append_only_file(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        assert client.config_get("appendonly") == {"appendonly": "yes"}


def test_sqs_carries_a_message(sqs_endpoint: str) -> None:
    client = boto3.client("sqs", endpoint_url=sqs_endpoint)
    queue = client.create_queue(QueueName="test-dev-embedded")["QueueUrl"]
    client.send_message(QueueUrl=queue, MessageBody="hello")
    received = client.receive_message(QueueUrl=queue)["Messages"]
    assert [message["Body"] for message in received] == ["hello"]
    assert queue.startswith(sqs_endpoint)


def test_data_outlive_a_launcher_and_its_passwords_do_not(
    tmp_path: Path, guardian: Guardian, dev_settings: DevSettings
) -> None:
    with EmbeddedPostgres(tmp_path / "p", guardian=guardian, choice=dev_settings.postgres) as first:
        with psycopg.connect(first.url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
        first.kill()
        first.start()
        psycopg.connect(first.url).close()
    with EmbeddedPostgres(tmp_path / "p", guardian=guardian, choice=dev_settings.postgres) as second:
        with psycopg.connect(second.url) as connection:
            assert connection.execute("SELECT number FROM kept").fetchone() == (7,)
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(first.url.replace(str(first.port), str(second.port)))
    with EmbeddedValkey(tmp_path / "v", guardian=guardian, choice=dev_settings.redis) as valkey:
        redis.Redis.from_url(valkey.url).set("kept", 7)
    with EmbeddedValkey(tmp_path / "v", guardian=guardian, choice=dev_settings.redis) as later:
        assert redis.Redis.from_url(later.url).get("kept") == b"7"
        with pytest.raises(redis.AuthenticationError):
            redis.Redis(port=later.port, password=valkey.password).ping()


def test_no_password_stands_on_a_command_line_or_in_a_file_that_others_read(
    tmp_path: Path, guardian: Guardian, dev_settings: DevSettings
) -> None:
    with EmbeddedValkey(tmp_path, guardian=guardian, choice=dev_settings.redis) as server:
        told = Path(f"/proc/{server.pid}/cmdline").read_bytes() + Path(f"/proc/{server.pid}/environ").read_bytes()
        assert server.password.encode() not in told
        holding = [
            path for path in tmp_path.rglob("*") if path.is_file() and server.password in path.read_text("latin-1")
        ]
        assert [(path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) for path in holding] == [
            (0o600, 0o700)
        ]
