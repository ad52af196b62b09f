"""From submit to visible, through the whole stack under load, beside two bare hops through the same SQS server.

The load is open: its requests leave on schedule, whatever the answers do. Probes are scores of new players, each polled
by its own reads until the board shows it, as a player would wait for it.
"""

import json
import threading
import time
import urllib.error
import urllib.request
from http import HTTPStatus

from benchmarks.figures import Figure
from benchmarks.load import Pace, request_bytes, run_load
from benchmarks.pipeline import STAGE
from benchmarks.waiting import wait_for_drained, wait_until
from ledgerboard_contracts.queues import RANK, SUBMISSIONS
from ledgerboard_dev.stack import Stack
from ledgerboard_infra.settings import AwsSettings
from ledgerboard_infra.sqs import resolve_queue_url, sqs_client

SCORES_A_SECOND = 1_000
SCORES_A_REQUEST = 5
SECONDS = 15.0
PROBES = 100
HOPS = 100
POLL_SECONDS = 0.003


def visible(stack: Stack) -> list[Figure]:
    """Both percentiles, at 1,000 scores a second."""
    wait_for_drained(stack, 60)
    hops = sorted(_bare_hops(stack))
    lags = sorted(_lags_under_load(stack))
    return [
        Figure(
            name=f"submit to visible at {SCORES_A_SECOND:,} scores/s, p{percent}",
            value=_at(lags, percent) * 1000,
            floor=_at(hops, percent) * 1000,
            unit="ms",
            floor_is="two bare hops through the same SQS server, idle",
            target=f"within {allowance} ms of the floor",
        )
        for percent, allowance in ((50, 40), (99, 200))
    ]


def _lags_under_load(stack: Stack) -> list[float]:
    port = stack.services["gateway"].port
    load = threading.Thread(
        target=run_load,
        args=(port, lambda number: _background(stack, number)),
        kwargs={"connections": 16, "pace": Pace(seconds=SECONDS, rate=SCORES_A_SECOND / SCORES_A_REQUEST)},
    )
    load.start()
    lags = []
    for number in range(PROBES):
        if not load.is_alive():
            break
        lags.append(_probe(stack, f"probe-{time.time_ns()}-{number}"))
    load.join()
    return lags


def _probe(stack: Stack, player: str) -> float:
    started = time.perf_counter()
    request = urllib.request.Request(  # noqa: S310 -- loopback
        f"{stack.gateway_url}/v1/boards/bench-visible/scores",
        data=json.dumps({"player": player, "score": 1}).encode(),
        headers={"Authorization": f"Bearer {stack.admin_key}", "Content-Type": "application/json"},
    )
    urllib.request.urlopen(request, timeout=10).close()  # noqa: S310 -- loopback
    url = f"{stack.gateway_url}/v1/boards/bench-visible/players/{player}"
    wait_until(lambda: _found(url), 30, f"{player} is visible", every_seconds=POLL_SECONDS)
    return time.perf_counter() - started


def _found(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=5).close()  # noqa: S310 -- loopback
    except urllib.error.HTTPError as error:
        if error.code != HTTPStatus.NOT_FOUND:
            raise
        return False
    return True


def _background(stack: Stack, number: int) -> bytes:
    scores = [
        {
            "board": f"bench-{(number + each) % 10:02}",
            "player": f"player-{(number * 13 + each) % 3000}",
            "score": number,
        }
        for each in range(SCORES_A_REQUEST)
    ]
    authorization = {"Authorization": f"Bearer {stack.admin_key}"}
    return request_bytes("POST", "/v1/scores", json.dumps({"scores": scores}).encode(), authorization)


def _bare_hops(stack: Stack) -> list[float]:
    """Send, long-poll, send, long-poll, with the workers stopped so that nobody else takes the messages."""
    for worker in ("ingest", "ranker", "history"):
        stack.stop(worker)
    client = sqs_client(AwsSettings(sqs_endpoint_url=stack.sqs.url))
    hops = [resolve_queue_url(client, queue.full_name(STAGE)) for queue in (SUBMISSIONS, RANK)]
    started: dict[str, float] = {}
    lags: list[float] = []

    def relay() -> None:
        while len(lags) < HOPS:
            for message in client.receive_message(QueueUrl=hops[0], WaitTimeSeconds=2).get("Messages", []):
                client.send_message(QueueUrl=hops[1], MessageBody=message["Body"])
                client.delete_message(QueueUrl=hops[0], ReceiptHandle=message["ReceiptHandle"])

    relaying = threading.Thread(target=relay)
    relaying.start()
    for number in range(HOPS):
        started[str(number)] = time.perf_counter()
        client.send_message(QueueUrl=hops[0], MessageBody=str(number))
        while len(lags) <= number:
            for message in client.receive_message(QueueUrl=hops[1], WaitTimeSeconds=2).get("Messages", []):
                lags.append(time.perf_counter() - started[message["Body"]])
                client.delete_message(QueueUrl=hops[1], ReceiptHandle=message["ReceiptHandle"])
    relaying.join()
    for worker in ("ingest", "ranker", "history"):
        stack.start(worker)
    return lags


def _at(ordered: list[float], percent: int) -> float:
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]
