"""A gateway as it is deployed: its own process, over real servers."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from http.client import HTTPConnection
from typing import Any, Final
from uuid import uuid4

import msgspec

from ledgerboard_contracts import SubmissionEnvelope, wire
from ledgerboard_contracts.queues import SUBMISSIONS
from ledgerboard_infra.settings import AwsSettings
from ledgerboard_infra.sqs import provision, resolve_queue_url, sqs_client
from ledgerboard_testkit.polling import eventually
from ledgerboard_testkit.queues import RealQueue, queue_shape

KEY: Final = "a-key-of-sixteen+"
HEADERS: Final = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def submissions_queue(endpoint: str, stage: str) -> RealQueue:
    """The queue that a gateway of that stage submits to."""
    client = sqs_client(AwsSettings(sqs_endpoint_url=endpoint))
    shape = queue_shape(SUBMISSIONS.full_name(stage))
    provision(client, [shape])
    return RealQueue(client, resolve_queue_url(client, shape.name), resolve_queue_url(client, shape.dead_letter_name))


class GatewayProcess:
    """A running gateway and how to talk to it."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.process = process
        self.port = port

    def request(
        self, method: str, path: str, body: Any = None, *, timeout_seconds: float = 15, anonymous: bool = False
    ) -> tuple[int, Any]:
        """Status and JSON of the answer. Raises OSError where there is none."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=timeout_seconds)
        headers = {"Content-Type": "application/json"} if anonymous else HEADERS
        try:
            connection.request(method, path, None if body is None else msgspec.json.encode(body), headers)
            answer = connection.getresponse()
            read = answer.read()
            is_json = "json" in (answer.getheader("Content-Type") or "")
            return answer.status, msgspec.json.decode(read) if is_json else read.decode()
        finally:
            connection.close()

    def submit(self, player: str = "ada", score: int = 1, board: str = "race") -> tuple[int, Any]:
        return self.request("POST", f"/v1/boards/{board}/scores", {"player": player, "score": score})

    def readiness(self) -> tuple[int, str]:
        status, told = self.request("GET", "/readyz")
        return status, told["status"]

    def answers(self) -> bool:
        try:
            return self.request("GET", "/healthz", timeout_seconds=2)[0] == 200
        except OSError:
            return False


@contextmanager
def gateway_process(
    sqs_endpoint: str, redis_url: str, database_url: str, stage: str = "", **settings: str
) -> Iterator[GatewayProcess]:
    """A gateway on a free port, ended with the block."""
    port = free_port()
    environ: Mapping[str, str] = os.environ | {
        "LEDGERBOARD_STAGE": stage or f"test-{uuid4().hex[:12]}",
        "LEDGERBOARD_WRITE_KEY": KEY,
        "LEDGERBOARD_HTTP_PORT": str(port),
        "LEDGERBOARD_SQS_ENDPOINT_URL": sqs_endpoint,
        "LEDGERBOARD_REDIS_URL": redis_url,
        "LEDGERBOARD_DATABASE_URL": database_url,
        **{f"LEDGERBOARD_{name}": value for name, value in settings.items()},
    }
    process = subprocess.Popen([sys.executable, "-m", "ledgerboard_gateway", "serve"], env=environ)
    gateway = GatewayProcess(process, port)
    try:
        eventually(lambda: gateway.answers() or process.poll() is not None, within_seconds=90, what="the start")
        yield gateway
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()


Start = Callable[..., AbstractContextManager[GatewayProcess]]
"""Starts a gateway with these settings."""


def sent_players(queue: RealQueue) -> list[str]:
    """The players of every submission in the queue, which is then empty."""
    players: list[str] = []
    while messages := queue.receive():
        for message in messages:
            envelope = wire.SUBMISSIONS.decode(message["Body"])
            assert isinstance(envelope, SubmissionEnvelope)
            players += [each.player for each in envelope.submissions]
            queue.client.delete_message(QueueUrl=queue.url, ReceiptHandle=message["ReceiptHandle"])
    return players


def seconds_of(call: Any) -> tuple[float, Any]:
    """How long a call took, and its result."""
    started = time.monotonic()
    result = call()
    return time.monotonic() - started, result
