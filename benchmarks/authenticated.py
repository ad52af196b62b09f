"""What it costs to know who asks: single submits with a token, with a server key, and with nobody asked, in one run."""

import contextlib
import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator, Mapping
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

ROUNDS = 3
SECONDS = 4.0
WARM_SECONDS = 1.5
CONNECTIONS = 64
THREADS = 128
TOKENS = 500
BOARD = "bench-authenticated"

Maker = Callable[[int], bytes]


def authenticated(stack: Stack) -> list[Figure]:
    """One gateway; the kinds of caller take turns, and of each the best round counts."""
    rest(stack)
    with Issuer() as issuer, _gateway(stack, issuer) as port:
        makers = {
            "nobody": _maker({UNSEEN: "1"}),
            "token": _makers([_bearer(issuer.token(claims(f"player-{each}"))) for each in range(TOKENS)]),
            "key": _maker(_bearer(_new_key(port, stack.write_key))),
        }
        rates = dict.fromkeys(makers, 0.0)
        for seconds in (WARM_SECONDS, *[SECONDS] * ROUNDS):
            for name, maker in makers.items():
                rates[name] = max(rates[name], _rate(port, maker, seconds))
    resume(stack)
    return [_figure("a token", rates["token"], rates["nobody"]), _figure("a server key", rates["key"], rates["nobody"])]


def _figure(what: str, value: float, floor: float) -> Figure:
    return Figure(
        name=f"submit, one score a request, with {what}",
        value=value,
        floor=floor,
        unit="requests/s",
        floor_is="the same gateway without a look at who asks",
        target=">= 0.85 of the floor",
    )


def _rate(port: int, maker: Maker, seconds: float) -> float:
    load = run_load(port, maker, connections=CONNECTIONS, pace=Pace(seconds=seconds))
    assert set(load.statuses) == {202}, load.statuses
    return load.rate


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


def _new_key(port: int, root_key: str) -> str:
    body = json.dumps({"name": "bench", "scopes": ["submit"], "boards": ["bench-*"], "rate": 0}).encode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/v1/keys", body, {**_bearer(root_key), "Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request) as answer:  # noqa: S310 -- loopback
        key: str = json.load(answer)["key"]
    return key


@contextlib.contextmanager
def _gateway(stack: Stack, issuer: Issuer) -> Iterator[int]:
    """`benchmarks.unguarded` on the stack's servers, and with tokens of ``issuer``. Gives the port."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--workers", "1", "--blocking-threads", str(THREADS), "--no-log"]
    environment = {
        **os.environ,
        **EmbeddedSqs.environment,
        "LEDGERBOARD_STAGE": stack.stage,
        "LEDGERBOARD_SQS_ENDPOINT_URL": stack.sqs.url,
        "LEDGERBOARD_REDIS_URL": stack.valkey.url,
        "LEDGERBOARD_DATABASE_URL": stack.database_url,
        "LEDGERBOARD_WRITE_KEY": stack.write_key,
        "LEDGERBOARD_PLAYER_RATE": "0",
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
        yield port
    finally:
        process.terminate()
        process.wait(20)
