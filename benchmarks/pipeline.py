"""How fast one worker process drains its queue, beside its store alone doing the same writes.

The queue is filled while the worker is stopped; then the worker starts, and the clock runs from the first message it
receives to the last fact it counted, as its own metrics tell.
"""

import re
import time
import urllib.request
from collections.abc import Sequence

from benchmarks.facts import FACTS_A_MESSAGE
from ledgerboard_contracts.queues import QueueSpec
from ledgerboard_dev.stack import Stack
from ledgerboard_infra.settings import AwsSettings
from ledgerboard_infra.sqs import OutgoingMessage, QueueSender, resolve_queue_url, sqs_client

STAGE = "local"
_POLL_SECONDS = 0.05
"""Often enough for runs of seconds, and seldom enough not to be what is measured."""


def drain_rate(stack: Stack, worker: str, queue: QueueSpec, metric: str, bodies: Sequence[str]) -> float:
    """Facts a second through ``worker``, by its counter ``metric``."""
    stack.stop(worker)
    fill(stack, queue, bodies)
    stack.start(worker)
    port = stack.services[worker].port
    total = len(bodies) * FACTS_A_MESSAGE
    samples: list[tuple[float, float]] = []
    deadline = time.monotonic() + 300
    while not samples or samples[-1][1] < total:
        assert time.monotonic() < deadline, f"{worker} counted {samples[-1][1] if samples else 0} of {total} facts"
        samples.append((time.perf_counter(), read_metric(port, metric)))
        time.sleep(_POLL_SECONDS)
    begun = next(index for index, (_, count) in enumerate(samples) if count > 0)
    (started, first), (ended, last) = samples[begun], samples[-1]
    return (last - first) / (ended - started)


def fill(stack: Stack, queue: QueueSpec, bodies: Sequence[str]) -> None:
    """Put ``bodies`` on a queue."""
    client = sqs_client(AwsSettings(sqs_endpoint_url=stack.sqs.url))
    sender = QueueSender(client, resolve_queue_url(client, queue.full_name(STAGE)))
    for body in bodies:
        sender.send([OutgoingMessage(body, {})])


def read_metric(port: int, name: str) -> float:
    """The sum over all labels of one metric of a local service."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        text = answer.read().decode()
    return sum(float(value) for value in re.findall(rf"^{name}(?:{{[^}}]*}})? (\S+)$", text, re.MULTILINE))
