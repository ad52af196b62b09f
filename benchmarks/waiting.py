"""Conditions that a benchmark waits for."""

import json
import time
import urllib.request
from collections.abc import Callable

from benchmarks.pipeline import STAGE
from ledgerboard_contracts.queues import HISTORY, RANK, SUBMISSIONS
from ledgerboard_dev.stack import Stack
from ledgerboard_infra.settings import AwsSettings
from ledgerboard_infra.sqs import resolve_queue_url, sqs_client


def wait_until(condition: Callable[[], bool], seconds: float, what: str, every_seconds: float = 0.05) -> None:
    """Poll until ``condition`` holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(every_seconds)


def wait_for_total(stack: Stack, board: str, players: int) -> None:
    """Until ``board`` shows that many players."""
    url = f"{stack.gateway_url}/v1/boards/{board}/standings?limit=1"

    def shown() -> bool:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 -- loopback
            return bool(json.load(answer)["total"] >= players)

    wait_until(shown, 60, f"{board} shows {players} players")


def wait_for_drained(stack: Stack, seconds: float) -> None:
    """Until no stream queue holds a message, visible or in flight."""
    client = sqs_client(AwsSettings(sqs_endpoint_url=stack.sqs.url))
    urls = [resolve_queue_url(client, queue.full_name(STAGE)) for queue in (SUBMISSIONS, RANK, HISTORY)]

    def depth(url: str) -> int:
        attributes = client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        return int(attributes["ApproximateNumberOfMessages"]) + int(attributes["ApproximateNumberOfMessagesNotVisible"])

    wait_until(lambda: not any(depth(url) for url in urls), seconds, "the queues are empty", every_seconds=0.25)
