"""What one gateway process answers: single and bulk submits, hot pages, ranks."""

import json
import random
from collections.abc import Callable

from benchmarks.bare import bare_send_rate, bare_server
from benchmarks.figures import Figure
from benchmarks.load import Load, Pace, request_bytes, run_load
from benchmarks.pipeline import STAGE
from benchmarks.waiting import wait_for_drained, wait_for_total
from ledgerboard_contracts.queues import SUBMISSIONS
from ledgerboard_dev.stack import Stack

Maker = Callable[[int], bytes]

SECONDS = 6.0
WARM_SECONDS = 1.5
THREADS = 64
SUBMIT_CONNECTIONS = 64
BULK_CONNECTIONS = 4
READ_CONNECTIONS = 16
BULK_SCORES = 1_000
PLAYERS = 5_000
WORKERS = ("ingest", "ranker", "history")


def submit(stack: Stack) -> list[Figure]:
    """One score a request, each 202 backed by an acknowledged send. The workers rest, as on a machine of its own."""
    rest(stack)
    with bare_server(THREADS) as port:
        floor = _measure(port, lambda number: _single(stack, number), SUBMIT_CONNECTIONS, expected=202)
    load = _measure(_port(stack), lambda number: _single(stack, number), SUBMIT_CONNECTIONS, expected=202)
    resume(stack)
    return [
        Figure(
            name="submit, one score a request",
            value=load.rate,
            floor=floor.rate,
            unit="requests/s",
            floor_is="the same server answering 202 without any work",
            target=">= 2,500",
        ),
        Figure(
            name="submit, p99",
            value=load.percentile(99) * 1000,
            floor=floor.percentile(99) * 1000,
            unit="ms",
            floor_is="p99 of that server",
            target="< 50",
        ),
    ]


def bulk(stack: Stack) -> Figure:
    """A thousand scores a request."""
    rest(stack)
    requests = [_bulk(stack, number) for number in range(16)]
    load = _measure(_port(stack), lambda number: requests[number % 16], BULK_CONNECTIONS, expected=202)
    resume(stack)
    scores_a_message = 900
    envelope = json.dumps({"submissions": ["x" * 200] * scores_a_message})
    floor = bare_send_rate(stack.sqs.url, SUBMISSIONS.dead_letter_name(STAGE), envelope, 100)
    return Figure(
        name="submit in bulk, 1,000 a request",
        value=load.rate * BULK_SCORES,
        floor=floor * scores_a_message,
        unit="scores/s",
        floor_is="one thread that only sends messages of 180 KB to the same SQS server",
        target=">= 20,000",
    )


def top(stack: Stack) -> Figure:
    """The hot first page."""
    _fill_board(stack)
    page = request_bytes("GET", "/v1/boards/bench-read/standings?start=0&limit=100")
    return _read_figure(stack, "top-100 read, hot", lambda _: page, ">= 10,000")


def rank(stack: Stack) -> Figure:
    """One player's rank and score."""
    _fill_board(stack)
    return _read_figure(
        stack,
        "rank read",
        lambda number: request_bytes("GET", f"/v1/boards/bench-read/players/player-{number % PLAYERS}"),
        ">= 3,000",
    )


def _read_figure(stack: Stack, name: str, make: Maker, target: str) -> Figure:
    with bare_server(THREADS) as port:
        floor = _measure(port, make, READ_CONNECTIONS, expected=202)
    load = _measure(_port(stack), make, READ_CONNECTIONS, expected=200)
    return Figure(
        name=name,
        value=load.rate,
        floor=floor.rate,
        unit="requests/s",
        floor_is="the same server answering without any work",
        target=target,
    )


def _measure(port: int, make: Maker, connections: int, *, expected: int) -> Load:
    run_load(port, make, connections=connections, pace=Pace(seconds=WARM_SECONDS))
    load = run_load(port, make, connections=connections, pace=Pace(seconds=SECONDS))
    assert set(load.statuses) == {expected}, load.statuses
    return load


def _fill_board(stack: Stack) -> None:
    """Every player a score, and wait until the board shows them all."""
    scores = [{"board": "bench-read", "player": f"player-{each}", "score": each * 7} for each in range(PLAYERS)]
    for at in range(0, PLAYERS, BULK_SCORES):
        body = json.dumps({"scores": scores[at : at + BULK_SCORES]}).encode()
        request = request_bytes("POST", "/v1/scores", body, _authorization(stack))
        run_load(_port(stack), lambda _, request=request: request, connections=1, pace=Pace(seconds=60, requests=1))  # type: ignore[misc]
    wait_for_total(stack, "bench-read", PLAYERS)


def _single(stack: Stack, number: int) -> bytes:
    body = json.dumps({"player": f"player-{number % PLAYERS}", "score": number}).encode()
    return request_bytes("POST", "/v1/boards/bench-submit/scores", body, _authorization(stack))


def _bulk(stack: Stack, number: int) -> bytes:
    dice = random.Random(number)
    scores = [
        {"board": f"bench-{dice.randrange(10):02}", "player": f"player-{dice.randrange(PLAYERS)}", "score": each}
        for each in range(BULK_SCORES)
    ]
    return request_bytes("POST", "/v1/scores", json.dumps({"scores": scores}).encode(), _authorization(stack))


def _authorization(stack: Stack) -> dict[str, str]:
    return {"Authorization": f"Bearer {stack.admin_key}"}


def _port(stack: Stack) -> int:
    return stack.services["gateway"].port


def rest(stack: Stack) -> None:
    """Stop the workers, so that the gateway has the machine to itself."""
    for worker in WORKERS:
        stack.stop(worker)


def resume(stack: Stack) -> None:
    """Start the workers and let them finish, so that the next figure is measured on a quiet machine."""
    for worker in WORKERS:
        stack.start(worker)
    wait_for_drained(stack, 300)
