"""Every place in which a running stack could have left a secret, as bytes to search."""

import base64
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote
from urllib.request import urlopen

import psycopg
from psycopg import sql

from ledgerboard_dev.stack import Stack
from ledgerboard_infra.settings import AwsSettings
from ledgerboard_infra.sqs import sqs_client
from tests.integration.dev.family import descendants

Places = Mapping[str, bytes]


def forms(secret: str) -> Iterator[bytes]:
    """How it may be written: as it is, in a URL, in hexadecimal as PostgreSQL shows bytes, in base64."""
    raw = secret.encode()
    yield from {raw, quote(secret, safe="").encode(), raw.hex().encode(), base64.b64encode(raw)}


def processes(stack: Stack) -> Places:
    """The environment and the command line of every process of a service."""
    found: dict[str, bytes] = {}
    for name, service in stack.services.items():
        for pid in {service.pid} | descendants(service.pid):
            for what in ("environ", "cmdline"):
                found[f"{name} {pid} {what}"] = Path(f"/proc/{pid}/{what}").read_bytes()
    for server in (stack.postgres, stack.valkey, stack.sqs):
        for what in ("environ", "cmdline"):
            found[f"{type(server).__name__} {what}"] = Path(f"/proc/{server.pid}/{what}").read_bytes()
    return found


def logs(stack: Stack) -> Places:
    """What services, commands and servers wrote."""
    return {str(path): path.read_bytes() for path in stack.home.rglob("*.log")}


def messages(stack: Stack, queues: Collection[str]) -> Places:
    """What lies in these queues, looked at without taking it. Each look at a message is one of its five receives."""
    client, found = sqs_client(AwsSettings(sqs_endpoint_url=stack.sqs.url)), {}
    for queue in queues:
        url = client.get_queue_url(QueueName=queue)["QueueUrl"]
        received = client.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=10,
            VisibilityTimeout=0,
            MessageAttributeNames=["All"],
            MessageSystemAttributeNames=["All"],
        )
        if "Messages" in received:
            found[queue] = str(received["Messages"]).encode()
    return found


def rows(stack: Stack) -> Places:
    """Every row of every table, results of jobs included, as text."""
    found: dict[str, bytes] = {}
    with psycopg.connect(stack.database_url) as connection, connection.cursor() as cursor:
        tables = cursor.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        for schema, table in tables:
            question = sql.SQL("COPY (SELECT * FROM {}) TO STDOUT").format(sql.Identifier(schema, table))
            with cursor.copy(question) as copy:
                found[table] = b"".join(bytes(block) for block in copy)
    return found


def redis_files(stack: Stack) -> Places:
    """Every command that Valkey wrote down."""
    return {str(path): path.read_bytes() for path in (stack.valkey.home / "appendonlydir").iterdir()}


def pages(stack: Stack) -> Places:
    """What services tell their operator."""
    found: dict[str, bytes] = {}
    for name, service in stack.services.items():
        for path in ("/metrics", "/readyz"):
            with urlopen(f"http://127.0.0.1:{service.port}{path}", timeout=5) as answer:
                found[f"{name}{path}"] = answer.read()
    return found
