"""The ops server tells the truth, quickly, and nothing it should keep to itself."""

import json
import socket
import struct
import subprocess
import sys
import threading
import time
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

from prometheus_client import CollectorRegistry

from ledgerboard_infra.health import OpsServer
from ledgerboard_infra.metrics import Meter
from ledgerboard_infra.settings import OpsSettings


def _get(server: OpsServer, path: str) -> tuple[int, dict[str, Any]]:
    try:
        with urlopen(f"http://127.0.0.1:{server.port}{path}", timeout=10) as answer:
            return answer.status, json.load(answer)
    except HTTPError as error:
        with error:
            return error.code, json.load(error)


def _refuse() -> None:
    raise ConnectionError("postgresql://user:hunter2@db refused")


def test_a_failing_check_makes_it_unready_but_alive_and_gives_nothing_away() -> None:
    with OpsServer(OpsSettings(port=0), {"db": _refuse, "queue": lambda: None}, CollectorRegistry()) as server:
        assert _get(server, "/readyz") == (
            503,
            {"status": "not ready", "checks": {"db": "ConnectionError", "queue": "ok"}},
        )
        assert _get(server, "/healthz") == (200, {"status": "alive"})
        assert _get(server, "/other")[0] == 404


def test_a_check_that_hangs_is_given_up() -> None:
    release = threading.Event()

    def hang() -> None:
        release.wait(30)

    with OpsServer(OpsSettings(port=0), {"stuck": hang}, CollectorRegistry()) as server:
        started = time.monotonic()
        assert _get(server, "/readyz")[1]["checks"] == {"stuck": "Timeout"}
        assert time.monotonic() - started < 8
    release.set()


def test_many_questions_in_a_second_cost_one_check() -> None:
    asked: list[int] = []
    with OpsServer(OpsSettings(port=0), {"db": lambda: asked.append(1)}, CollectorRegistry()) as server:
        started = time.monotonic()
        for _ in range(20):
            assert _get(server, "/readyz")[0] == 200
        assert len(asked) <= 2 + int(time.monotonic() - started)


def test_metrics_come_in_prometheus_form() -> None:
    registry = CollectorRegistry()
    Meter(registry).counter("things", "How many things.").inc(3)
    with (
        OpsServer(OpsSettings(port=0), {}, registry) as server,
        urlopen(f"http://127.0.0.1:{server.port}/metrics?x=1", timeout=5) as answer,
    ):
        assert answer.headers["Content-Type"].startswith("text/plain")
        assert "things_total 3.0" in answer.read().decode()


_SLOW = """
import sys, threading
from prometheus_client import CollectorRegistry
from ledgerboard_infra.health import OpsServer
from ledgerboard_infra.logs import configure_logs
from ledgerboard_infra.settings import OpsSettings, TelemetrySettings

def check():
    print('{"message": "asked"}', flush=True)
    sys.stdin.readline()

configure_logs(TelemetrySettings(log_level="DEBUG"), "test")
server = OpsServer(OpsSettings(port=0), {"slow": check}, CollectorRegistry())
server.start()
threading.Event().wait()
"""


def test_a_client_that_hangs_up_leaves_a_line_and_no_traceback() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _SLOW], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin
        assert process.stdout
        lines = map(json.loads, process.stdout)
        port = next(line["port"] for line in lines if line["message"] == "ops server started")
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # Closing resets.
            client.sendall(b"GET /readyz HTTP/1.0\r\n\r\n")
            next(line for line in lines if line["message"] == "asked")
        process.stdin.write("\n")
        process.stdin.flush()
        timer = threading.Timer(10, process.kill)
        timer.start()
        assert any(line["message"] == "ops client hung up" for line in lines)
        timer.cancel()
        process.kill()
        assert process.communicate()[1] == ""
