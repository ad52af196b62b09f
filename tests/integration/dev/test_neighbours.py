"""What another user of this machine, or a web page in its browser, gets from the servers that dev starts: nothing."""

import http.client
import json
import socket
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import boto3
import psycopg
import pytest
import redis

from ledgerboard_dev.embedded import EmbeddedSqs

PAGE: Final = "https://evil.test"
SIGNED: Final = "AWS4-HMAC-SHA256 Credential={}/20261121/us-east-1/{}/aws4_request, SignedHeaders=host, Signature=00"


@pytest.mark.parametrize("user", ["postgres", "ledgerboard", "root", "nobody"])
def test_postgres_asks_everybody_for_a_password(postgres_url: str, user: str) -> None:
    parts = urlsplit(postgres_url)
    for password in ("", "wrong"):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(
                host=parts.hostname, port=parts.port, user=user, password=password, dbname="postgres", passfile="/none"
            )


def test_postgres_keeps_passwords_as_scram_verifiers_and_is_on_loopback_alone(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        told = connection.execute("SELECT left(rolpassword, 14) FROM pg_authid WHERE rolname = 'postgres'").fetchone()
        assert told == ("SCRAM-SHA-256$",)
        ways = "SELECT DISTINCT type, auth_method FROM pg_hba_file_rules"
        assert connection.execute(ways).fetchall() == [("host", "scram-sha-256")]
        assert connection.execute("SHOW listen_addresses").fetchone() == ("127.0.0.1",)
        assert connection.execute("SHOW unix_socket_directories").fetchone() == ("",)


@pytest.mark.parametrize("command", [b"PING", b"CONFIG GET dir", b"GET x", b"AUTH wrong", b"AUTH default wrong"])
def test_valkey_does_nothing_for_who_shows_no_password(redis_url: str, command: bytes) -> None:
    with socket.create_connection(("127.0.0.1", urlsplit(redis_url).port or 0), 5) as connection:
        connection.sendall(command + b"\r\n")
        assert connection.recv(100).startswith((b"-NOAUTH", b"-WRONGPASS"))


def test_valkey_has_no_user_without_a_password(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        users: list[bytes] = client.acl_list()
    assert users
    assert not any("nopass" in str(user) for user in users)


def ask(
    endpoint: str, method: str, path: str = "/", body: str = "", headers: Mapping[str, str] | None = None
) -> tuple[int, bytes, Mapping[str, str]]:
    connection = http.client.HTTPConnection(urlsplit(endpoint).netloc, timeout=10)
    try:
        connection.request(method, path, body, dict(headers or {}))
        answer = connection.getresponse()
        return answer.status, answer.read(), {name.lower(): value for name, value in answer.getheaders()}
    finally:
        connection.close()


def call(service: str, target: str, body: object, key: str = "", **more: str) -> dict[str, Any]:
    kind = "application/x-amz-json-1.0" if service == "sqs" else "application/x-amz-json-1.1"
    signed = {"Authorization": SIGNED.format(key, service)} if key else {}
    return {"body": json.dumps(body), "headers": {"Content-Type": kind, "X-Amz-Target": target, **signed, **more}}


@pytest.fixture
def queue(sqs_endpoint: str) -> Iterator[str]:
    url: str = boto3.client("sqs", endpoint_url=sqs_endpoint).create_queue(QueueName="test-neighbours")["QueueUrl"]
    boto3.client("secretsmanager", endpoint_url=sqs_endpoint).create_secret(Name=url, SecretString="Planted")
    yield url
    boto3.client("secretsmanager", endpoint_url=sqs_endpoint).delete_secret(
        SecretId=url, ForceDeleteWithoutRecovery=True
    )


def calls(queue: str, key: str = "", **more: str) -> dict[str, dict[str, Any]]:
    form = {"Action": "SendMessage", "QueueUrl": queue, "MessageBody": "forged", "Version": "2012-11-05"}
    return {
        "a secret": call("secretsmanager", "secretsmanager.GetSecretValue", {"SecretId": queue}, key, **more),
        "a message": call("sqs", "AmazonSQS.SendMessage", {"QueueUrl": queue, "MessageBody": "forged"}, key, **more),
        "a form, for which a browser asks nobody": {
            "body": urlencode(form),
            "headers": {"Content-Type": "application/x-www-form-urlencoded", **more},
        },
        "a manager": call(
            "cognito-idp", "AWSCognitoIdentityProviderService.AdminAddUserToGroup", {"Username": "eve"}, key, **more
        ),
    }


@pytest.mark.parametrize("key", ["", "test", "local", "AKIAIOSFODNN7EXAMPLE"])
def test_the_local_aws_does_nothing_for_who_shows_no_key_of_this_start(sqs_endpoint: str, queue: str, key: str) -> None:
    for what, asked in calls(queue, key).items():
        status, body, _ = ask(sqs_endpoint, "POST", **asked)
        assert (status, b"Planted" in body) == (403, False), what
    assert ask(sqs_endpoint, "GET", "/some-bucket")[0] == 403
    assert ask(sqs_endpoint, "GET", f"/{queue.rpartition('/')[2]}?Action=ReceiveMessage")[0] == 403
    received = boto3.client("sqs", endpoint_url=sqs_endpoint).receive_message(QueueUrl=queue)
    assert "Messages" not in received


def test_the_local_aws_answers_no_page_of_a_browser_whatever_it_shows(sqs_endpoint: str, queue: str) -> None:
    key = EmbeddedSqs.environment["AWS_ACCESS_KEY_ID"]
    assert ask(sqs_endpoint, "POST", **calls(queue, key)["a secret"])[0] == 200
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-amz-target"}
    status, _, headers = ask(sqs_endpoint, "OPTIONS", headers={"Origin": PAGE, **asked})
    assert status == 403
    assert not [name for name in headers if name.startswith("access-control-")]
    for browser in ({"Origin": PAGE}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
        for what, made in calls(queue, key, **browser).items():
            status, body, headers = ask(sqs_endpoint, "POST", **made)
            assert (status, b"Planted" in body) == (403, False), what
            assert "access-control-allow-origin" not in headers
        assert ask(sqs_endpoint, "GET", "/_ministack/ready", headers=browser)[0] == 403


def test_the_local_aws_is_not_asked_by_another_name(sqs_endpoint: str, queue: str) -> None:
    """A page's own name may come to stand for this machine (DNS rebinding); then its browser sends no origin."""
    key = EmbeddedSqs.environment["AWS_ACCESS_KEY_ID"]
    made = calls(queue, key, Host="evil.test")["a secret"]
    assert ask(sqs_endpoint, "POST", **made)[0] == 403
