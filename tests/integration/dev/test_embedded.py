"""The embedded servers, for real."""

import boto3
import psycopg
import redis


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
