"""Connections that hold a place and do nothing with it leave the gateway to everybody else, and are ended in time."""

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection, HTTPResponse
from typing import Final
from uuid import uuid4

import pytest

from ledgerboard_testkit.polling import eventually
from tests.integration.gateway.crowds import HALF_A_HEAD, LOOKUP, PREFACE, crowd, half_sent
from tests.integration.gateway.processes import HEADERS, KEY, GatewayProcess, Start, gateway_process, submissions_queue

MANY: Final = 1_100
UNLIMITED: Final = dict.fromkeys(
    ("ADDRESS_ATTEMPTS", "USERNAME_ATTEMPTS", "USERNAME_ADDRESS_ATTEMPTS", "READ_RATE", "PLAYER_WRITES"), "0"
)
"""All of them come from one address here."""

PLAYERS: Final = {"players": ["ada"]}


@pytest.fixture(scope="module")
def gateway(sqs_endpoint: str, redis_url: str, ledger_url: str) -> Iterator[GatewayProcess]:
    """One as it is deployed."""
    stage = f"test-{uuid4().hex[:12]}"
    submissions_queue(sqs_endpoint, stage)
    with gateway_process(sqs_endpoint, redis_url, ledger_url, stage, **UNLIMITED) as started:
        assert started.submit()[0] == 202
        yield started


def everybody_goes_on(gateway: GatewayProcess) -> None:
    for _ in range(10):
        assert gateway.submit()[0] == 202
        assert gateway.request("POST", LOOKUP, PLAYERS, anonymous=True)[0] == 200
        assert gateway.request("POST", "/login", {"username": "ada", "password": "x"}, anonymous=True)[0] == 404
        assert gateway.request("GET", "/v1/boards/race/standings", anonymous=True)[0] == 200


@pytest.mark.parametrize(
    "sent", [b"", PREFACE, HALF_A_HEAD, half_sent("/login"), half_sent(LOOKUP)],
    ids=["nothing", "HTTP/2", "half a head", "half a login", "half a lookup"],
)  # fmt: skip
def test_a_thousand_connections_that_say_nothing_more_hold_up_nobody_and_are_ended(
    gateway: GatewayProcess, sent: bytes
) -> None:
    with crowd(gateway.port, MANY, sent) as strangers:
        everybody_goes_on(gateway)
        eventually(lambda: strangers.left() == 0, within_seconds=60, what="the end of those that say nothing")
        everybody_goes_on(gateway)


def test_half_sent_bodies_of_a_key_hold_up_no_other_key(gateway: GatewayProcess) -> None:
    with crowd(gateway.port, 200, half_sent("/v1/boards/race/scores", credential=KEY)):
        everybody_goes_on(gateway)


def test_half_sent_bulk_bodies_leave_threads_to_all_that_is_smaller(gateway: GatewayProcess) -> None:
    with crowd(gateway.port, 200, half_sent("/v1/scores", length=500_000, credential=KEY)) as senders:
        everybody_goes_on(gateway)
        eventually(lambda: senders.left() == 0, within_seconds=60, what="the end of bodies that do not come")
    bulk = {
        "scores": [{"board": "race", "player": f"p{n}", "score": n, "attributes": {"a": "x" * 99}} for n in range(500)]
    }
    assert gateway.request("POST", "/v1/scores", bulk)[0] == 202


def test_a_body_that_does_not_come_is_a_408_and_the_end_of_its_connection(start: Start) -> None:
    with start(HTTP_BODY_SECONDS="0.5") as gateway:
        for sent in (half_sent(LOOKUP), half_sent("/v1/scores", length=500_000, credential=KEY)):
            with socket.create_connection(("127.0.0.1", gateway.port), timeout=15) as client:
                client.sendall(sent)
                answer = b"".join(iter(lambda: client.recv(65536), b""))
            head, _, body = answer.partition(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 408 ")
            assert b"\r\nconnection: close" in head.lower()
            assert b'"/docs/problems/late-body"' in body


REFUSED: Final = {
    "401": (b"POST /v1/scores HTTP/1.1\r\nContent-Type: application/json\r\n", 401),
    "404": (b"POST /v1/no/thing/of/this HTTP/1.1\r\nContent-Type: application/json\r\n", 404),
    "405": (b"PATCH /v1/scores HTTP/1.1\r\nContent-Type: application/json\r\n", 405),
    "413": (b"POST /login HTTP/1.1\r\nContent-Type: application/json\r\n", 413),
    "415": (b"POST /login HTTP/1.1\r\nContent-Type: text/plain\r\n", 415),
    "encoded": (b"POST /login HTTP/1.1\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n", 415),
    "query": (b"POST /login?a=%zz HTTP/1.1\r\nContent-Type: application/json\r\n", 400),
}  # fmt: skip
BODY_BYTES: Final = 300_000


@pytest.mark.parametrize("expects", [b"Expect: 100-continue\r\n", b""], ids=["asks before it sends", "sends half"])
@pytest.mark.parametrize("refused", REFUSED)
def test_a_refusal_of_a_body_that_has_not_come_is_the_last_answer_of_its_connection(
    gateway: GatewayProcess, refused: str, expects: bytes
) -> None:
    head, status = REFUSED[refused]
    sent = head + b"Host: x\r\n" + expects + b"Content-Length: %d\r\n\r\n" % BODY_BYTES
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=15) as client:
        client.sendall(sent if expects else sent + b" " * 1_000)
        answer = b"".join(iter(lambda: client.recv(65536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status)
    assert b"\r\nconnection: close" in head.lower()
    assert b'"type":' in body


@pytest.mark.parametrize("refused", REFUSED)
def test_whoever_sends_a_refused_body_to_its_end_sees_the_answer_and_goes_on(
    gateway: GatewayProcess, refused: str
) -> None:
    head, status = REFUSED[refused]
    sent = head + b"Host: x\r\nContent-Length: %d\r\n\r\n" % BODY_BYTES + b" " * BODY_BYTES
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=15) as client:
        for _ in range(3):
            client.sendall(sent)
            with closing(HTTPResponse(client)) as answer:
                answer.begin()
                assert (answer.status, answer.will_close) == (status, False)
                answer.read()


@pytest.mark.parametrize("host", [b"", b"Host: x\r\nHost: y\r\n", b"Host: a b\r\n", b"Host: \r\n"])
def test_what_does_not_name_one_host_is_a_400(gateway: GatewayProcess, host: bytes) -> None:
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=15) as client:
        client.sendall(b"GET /healthz HTTP/1.1\r\n" + host + b"Connection: close\r\n\r\n")
        assert client.recv(65536).startswith(b"HTTP/1.1 400 ")


def asked(connection: HTTPConnection, path: str = "/healthz") -> int:
    """The status that a kept connection is answered with. Raises OSError where it was ended."""
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    return answer.status


def test_a_connection_that_was_used_is_kept_longer_than_a_new_one_may_say_nothing(start: Start) -> None:
    with start(HTTP_HEADER_SECONDS="0.5") as gateway:
        used = HTTPConnection("127.0.0.1", gateway.port, timeout=15)
        assert asked(used) == 200
        with crowd(gateway.port, 1) as silent:
            eventually(lambda: silent.left() == 0, what="the end of a connection that never said anything")
        used.auto_open = False
        assert asked(used) == 200
        used.close()


def test_an_idle_connection_ends_after_its_own_time(start: Start) -> None:
    with start(HTTP_IDLE_SECONDS="1.5", HTTP_HEADER_SECONDS="60") as gateway:
        with (
            crowd(gateway.port, 20, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n") as used,
            crowd(gateway.port, 1) as new,
        ):
            eventually(lambda: used.left() == 0, what="the end of idle connections")
            assert new.left() == 1
        assert gateway.submit()[0] == 202


def test_where_connections_run_out_idle_ones_give_way(start: Start) -> None:
    with start(HTTP_BACKPRESSURE="64", HTTP_HEADER_SECONDS="60") as gateway:
        used = HTTPConnection("127.0.0.1", gateway.port, timeout=15)
        assert asked(used) == 200
        with crowd(gateway.port, 200) as silent:
            for _ in range(20):
                assert gateway.submit()[0] == 202
            eventually(lambda: silent.left() < 64, what="room for others")
        with crowd(gateway.port, 100, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"):
            for _ in range(20):
                assert gateway.submit()[0] == 202
        used.close()


def test_more_clients_than_places_wait_and_none_is_refused(start: Start) -> None:
    few = {"HTTP_THREADS": "16", "PUBLISHER_BUFFER_REQUESTS": "4", "WAIT_REQUESTS": "4", "HTTP_WAIT_SECONDS": "60"}
    with start(**few) as gateway, ThreadPoolExecutor(256) as pool:
        statuses = [status for status, _ in pool.map(lambda n: gateway.submit(f"p{n}"), range(1_024))]
    assert {status: statuses.count(status) for status in set(statuses)} == {202: 1_024}


def test_what_waits_too_long_for_a_place_is_refused_and_says_when_to_come_again(start: Start) -> None:
    slow = {"HTTP_THREADS": "16", "PUBLISHER_BUFFER_REQUESTS": "4", "WAIT_REQUESTS": "4", "HTTP_WAIT_SECONDS": "0.1"}
    with start(**slow) as gateway, crowd(gateway.port, 8, half_sent("/v1/scores", length=500_000, credential=KEY)):
        eventually(lambda: gateway.request("GET", "/healthz")[0] == 200, what="health")
        eventually(lambda: refused(gateway), what="a refusal")
        assert gateway.request("GET", "/v1/boards/race/standings")[0] in {200, 404}


def refused(gateway: GatewayProcess) -> bool:
    connection = HTTPConnection("127.0.0.1", gateway.port, timeout=15)
    try:
        connection.request("POST", "/v1/boards/race/scores", b'{"player":"a","score":1}', HEADERS)
        answer = connection.getresponse()
        told = answer.read()
        return answer.status == 503 and answer.getheader("Retry-After") is not None and b"Nothing was done" in told
    finally:
        connection.close()
