"""Starting, stopping and running with several worker processes."""

import os
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from ledgerboard_testkit.polling import eventually
from tests.integration.gateway.processes import GatewayProcess, Start, gateway_process


def submit_until_refused(gateway: GatewayProcess, stopped: Event) -> list[int]:
    """The statuses of submissions, one connection each, until there is nobody to connect to."""
    statuses: list[int] = []
    while True:
        try:
            statuses.append(gateway.submit()[0])
        except ConnectionRefusedError:
            return statuses
        except OSError:
            assert stopped.is_set()
            return statuses


@pytest.mark.parametrize("drain_seconds", ["0", "0.5"])
def test_nobody_is_answered_with_a_5xx_while_it_stops(start: Start, drain_seconds: str) -> None:
    stopped = Event()
    with start(HTTP_DRAIN_SECONDS=drain_seconds) as gateway, ThreadPoolExecutor(8) as pool:
        clients = [pool.submit(submit_until_refused, gateway, stopped) for _ in range(8)]
        eventually(lambda: 'status="202"' in gateway.request("GET", "/metrics")[1], what="the load")
        stopped.set()
        gateway.process.send_signal(signal.SIGTERM)
        statuses = [status for client in clients for status in client.result(30)]
        assert gateway.process.wait(30) == 0
    assert statuses
    assert set(statuses) == {202}


def test_it_is_unready_but_serves_while_it_drains(start: Start) -> None:
    with start(HTTP_DRAIN_SECONDS="3") as gateway:
        assert gateway.request("GET", "/readyz")[0] == 200
        gateway.process.send_signal(signal.SIGTERM)
        eventually(lambda: gateway.readiness() == (503, "not ready"), what="telling that it is about to stop")
        assert gateway.submit()[0] == 202


def test_several_processes_count_together(start: Start) -> None:
    with start(HTTP_PROCESSES="2") as gateway:
        for number in range(40):
            assert gateway.submit(f"p{number}")[0] == 202
        for _ in range(5):
            assert 'gateway_submissions_total{outcome="accepted"} 40.0' in gateway.request("GET", "/metrics")[1]


def test_nothing_keeps_the_port_when_the_parent_process_is_killed(start: Start) -> None:
    with start() as gateway:
        assert gateway.answers()
        os.kill(gateway.process.pid, signal.SIGKILL)
        gateway.process.wait(10)
        eventually(lambda: not gateway.answers(), what="the end of the worker process")


def test_without_its_queue_it_does_not_start(sqs_endpoint: str, redis_url: str, ledger_url: str) -> None:
    with gateway_process(sqs_endpoint, redis_url, ledger_url) as gateway:
        assert gateway.process.wait(30) == 1


def test_names_beyond_ascii_survive_the_way_through_the_server(start: Start) -> None:
    with start() as gateway:
        assert gateway.request("POST", "/race/%C3%A9%7C%F0%9F%8E%AE", {"score": 7})[1]["player"] == "é|🎮"
        status, told = gateway.request("GET", "/race/%FF")
        assert (status, told["errors"][0]["field"]) == (400, "name")
        assert gateway.request("POST", "/race/a%2Fb", {"score": 7})[0] == 404


def test_a_body_that_is_too_large_is_a_413_also_without_a_length(start: Start) -> None:
    with start(HTTP_MAX_BODY_BYTES="1000") as gateway:
        url = f"http://127.0.0.1:{gateway.port}/v1/scores"
        for chunked in ([], ["-H", "Transfer-Encoding: chunked"]):
            answer = subprocess.run(
                ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "-X", "POST", url, "--data-binary", "@-",
                 *chunked,
                 "-H", "Content-Type: application/json", "-H", "Authorization: Bearer a-key-of-sixteen+"],
                input=b"x" * 100_000, capture_output=True, check=False,
            )  # fmt: skip
            assert answer.stdout == b"413"
