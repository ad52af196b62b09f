"""What it costs to know who asks: single submits with a token, with a server key, and with nobody asked, in one run.

The kinds take turns many times over, so that whatever else the machine does meets all of them. What the gateway's
processor was used for is told beside the rates, because nothing else on the machine adds to it.
"""

import contextlib
import json
import os
import statistics
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.bare import wait_for_http
from benchmarks.figures import Figure
from benchmarks.http_figures import rest, resume
from benchmarks.load import Pace, request_bytes, run_load
from benchmarks.unguarded import UNSEEN
from ledgerboard_dev.embedded import EmbeddedSqs
from ledgerboard_dev.probes import free_port
from ledgerboard_dev.stack import Stack
from ledgerboard_testkit.issuer import CLIENT, ISSUER, Issuer, claims

ROUNDS = 12
SECONDS = 1.0
WARM_SECONDS = 2.0
CONNECTIONS = 64
THREADS = 128
TOKENS = 500
BOARD = "bench-authenticated"

_KINDS = (("a token", "token"), ("a server key", "key"))

Maker = Callable[[int], bytes]


def authenticated(stack: Stack) -> list[Figure]:
    """One gateway; of each kind of caller the middle round counts."""
    rest(stack)
    with Issuer() as issuer, _gateway(stack, issuer) as (port, process_id):
        makers = {
            "nobody": _maker({UNSEEN: "1"}),
            "token": _makers([_bearer(issuer.token(claims(f"player-{each}"))) for each in range(TOKENS)]),
            "key": _maker(_bearer(_new_key(port, stack.admin_key))),
        }
        rounds: dict[str, list[_Round]] = {name: [] for name in makers}
        for maker in makers.values():
            _round(port, process_id, maker, WARM_SECONDS)
        for number in range(ROUNDS):
            for name in sorted(makers, reverse=bool(number % 2)):  # So that none always follows the same one.
                rounds[name].append(_round(port, process_id, makers[name], SECONDS))
    resume(stack)
    return [figure for what, name in _KINDS for figure in _figures(what, rounds[name], rounds["nobody"])]


@dataclass(frozen=True, slots=True)
class _Round:
    """Requests a second, and microseconds of the gateway's processor for each."""

    rate: float
    cost: float


def _figures(what: str, rounds: list[_Round], floor: list[_Round]) -> list[Figure]:
    without = "the same gateway without a look at who asks"
    return [
        Figure(
            name=f"submit with {what}",
            value=statistics.median(each.rate for each in rounds),
            floor=statistics.median(each.rate for each in floor),
            unit="requests/s",
            floor_is=without,
            target=">= 0.85 of the floor",
        ),
        Figure(
            name=f"processor of a submit with {what}",
            value=statistics.median(each.cost for each in rounds),
            floor=statistics.median(each.cost for each in floor),
            unit="us",
            floor_is=without,
            target="<= 1.15 of the floor",
        ),
    ]


def _round(port: int, process_id: int, maker: Maker, seconds: float) -> _Round:
    before = _processor_seconds(process_id)
    load = run_load(port, maker, connections=CONNECTIONS, pace=Pace(seconds=seconds))
    assert set(load.statuses) == {202}, load.statuses
    return _Round(load.rate, (_processor_seconds(process_id) - before) / len(load.latencies) * 1e6)


def _processor_seconds(process_id: int) -> float:
    """What granian's worker processes have used, as Linux tells it: fields 14 and 15 of ``stat``, in ticks."""
    workers = Path(f"/proc/{process_id}/task/{process_id}/children").read_text().split()
    used = (Path(f"/proc/{worker}/stat").read_text().rpartition(")")[2].split()[11:13] for worker in workers)
    return sum(int(ticks) for pair in used for ticks in pair) / os.sysconf("SC_CLK_TCK")


def _maker(headers: Mapping[str, str]) -> Maker:
    return _makers([headers])


def _makers(each: list[Mapping[str, str]]) -> Maker:
    """The player of request n is that of token n."""

    def make(number: int) -> bytes:
        body = json.dumps({"player": f"player-{number % TOKENS}", "score": number}).encode()
        return request_bytes("POST", f"/v1/boards/{BOARD}/scores", body, dict(each[number % len(each)]))

    return make


def _bearer(credential: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {credential}"}


def _new_key(port: int, admin_key: str) -> str:
    body = json.dumps({"name": "bench", "scopes": ["submit", "boards"], "boards": ["bench-*"], "rate": 0}).encode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/v1/keys", body, {**_bearer(admin_key), "Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request) as answer:  # noqa: S310 -- loopback
        key: str = json.load(answer)["key"]
    return key


@contextlib.contextmanager
def _gateway(stack: Stack, issuer: Issuer) -> Iterator[tuple[int, int]]:
    """`benchmarks.unguarded` on the stack's servers, and with tokens of ``issuer``. Gives port and process id."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "asginl", "--factory", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--workers", "1", "--http", "1", "--no-ws", "--no-log"]
    environment = {
        **os.environ,
        **EmbeddedSqs.environment,
        "LEDGERBOARD_STAGE": stack.stage,
        "LEDGERBOARD_SQS_ENDPOINT_URL": stack.sqs.url,
        "LEDGERBOARD_REDIS_URL": stack.valkey.url,
        "LEDGERBOARD_DATABASE_URL": stack.database_url,
        "LEDGERBOARD_WRITE_KEY": stack.write_key,
        "LEDGERBOARD_HTTP_PORT": str(port),
        "LEDGERBOARD_HTTP_THREADS": str(THREADS),
        "LEDGERBOARD_PLAYER_RATE": "0",
        "LEDGERBOARD_READ_RATE": "0",
        "LEDGERBOARD_OIDC_ISSUER": ISSUER,
        "LEDGERBOARD_OIDC_AUDIENCE": CLIENT,
        "LEDGERBOARD_OIDC_JWKS_URL": issuer.jwks_url,
        "LEDGERBOARD_OIDC_ALLOW_HTTP": "true",
    }
    process = subprocess.Popen(
        [*command, "benchmarks.unguarded:application"],
        cwd=Path(__file__).parents[1],
        env=environment,
        stdout=subprocess.DEVNULL,
    )
    try:
        wait_for_http(f"http://127.0.0.1:{port}/healthz")
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(20)
