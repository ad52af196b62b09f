"""The floors of the HTTP figures: the same server with an application that does nothing, and bare sends to SQS."""

import contextlib
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ledgerboard_dev.probes import free_port
from ledgerboard_infra.settings import AwsSettings
from ledgerboard_infra.sqs import OutgoingMessage, QueueSender, resolve_queue_url, sqs_client

_BODY = b'{"event_id":"01a1fc11-59d8-741e-8f74-da7deb7980f8","status":"accepted"}' + b" " * 150


def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """A WSGI application that reads the body and answers 202 at once."""
    environ["wsgi.input"].read()
    start_response("202 ACCEPTED", [("Content-Type", "application/json"), ("Content-Length", str(len(_BODY)))])
    return [_BODY]


@contextlib.contextmanager
def bare_server(threads: int) -> Iterator[int]:
    """Serve `application` on granian, one worker process with ``threads`` threads. Gives the port."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", "1", "--blocking-threads", str(threads), "--backpressure", "512", "--no-log"]
    process = subprocess.Popen([*command, "benchmarks.bare:application"], cwd=Path(__file__).parents[1])
    try:
        wait_for_http(f"http://127.0.0.1:{port}/")
        yield port
    finally:
        process.terminate()
        process.wait(20)


def bare_send_rate(endpoint: str, queue: str, body: str, count: int) -> float:
    """Messages a second from one thread that sends ``body`` singly, each acknowledged before the next."""
    client = sqs_client(AwsSettings(sqs_endpoint_url=endpoint))
    sender = QueueSender(client, resolve_queue_url(client, queue))
    started = time.perf_counter()
    for _ in range(count):
        sender.send_one(OutgoingMessage(body, {}))
    return count / (time.perf_counter() - started)


def wait_for_http(url: str) -> None:
    """Return once something answers there."""
    deadline = time.monotonic() + 20
    while True:
        try:
            urllib.request.urlopen(url, timeout=1).close()  # noqa: S310 -- loopback
        except OSError:
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.05)
        else:
            return
