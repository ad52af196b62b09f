"""Two gateways over the same servers: what one of them is told of keys and limits, the other knows."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from http.client import HTTPConnection, HTTPMessage
from typing import Any

import msgspec
import pytest

from ledgerboard_testkit.polling import eventually
from ledgerboard_testkit.queues import RealQueue
from ledgerboard_testkit.relay import Relay
from tests.integration.gateway.processes import GatewayProcess, gateway_process, seconds_of

Two = tuple[GatewayProcess, GatewayProcess]
SETTINGS = {"KEY_RATE": "0.001", "KEY_BURST": "30"}
"""A bucket that gives nothing back while a test runs."""


@pytest.fixture(scope="module")
def two(
    queue: RealQueue, sqs_endpoint: str, relays: dict[str, Relay], redis_url: str, ledger_url: str, stage: str
) -> Iterator[Two]:
    assert queue.url
    urls = sqs_endpoint, relays["redis"].through(redis_url), relays["postgres"].through(ledger_url)
    with (
        gateway_process(*urls, stage=stage, **SETTINGS) as first,
        gateway_process(*urls, stage=stage, **SETTINGS) as second,
    ):
        first.request("PUT", "/v1/boards/race", {})
        yield first, second


def ask(gateway: GatewayProcess, key: str, count: int = 1) -> tuple[int, HTTPMessage, Any]:
    """Submit so many scores with a key."""
    body = msgspec.json.encode({"scores": [{"board": "race", "player": "ada", "score": 1}] * count})
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    connection = HTTPConnection("127.0.0.1", gateway.port, timeout=15)
    try:
        connection.request("POST", "/v1/scores", body, headers)
        answer = connection.getresponse()
        return answer.status, answer.headers, msgspec.json.decode(answer.read())
    finally:
        connection.close()


def log_in(gateway: GatewayProcess, username: str) -> int:
    """What an attempt meets: 429, or whatever else."""
    return gateway.request("POST", "/login", {"username": username, "password": "Wrong-pass1"})[0]


def is_shared(gateway: GatewayProcess, key: str) -> bool:
    """Whether Redis is asked for the limit of a score: none was decided without it."""
    before = unasked(gateway)
    ask(gateway, key)
    return unasked(gateway) == before


def unasked(gateway: GatewayProcess) -> str:
    lines: list[str] = gateway.request("GET", "/metrics")[1].splitlines()
    return next((line for line in lines if 'gateway_limited_total{outcome="unasked",policy="key"}' in line), "")


def make(gateway: GatewayProcess, **others: Any) -> tuple[str, str]:
    """A key and its id."""
    status, told = gateway.request("POST", "/v1/keys", {"name": "eu-1", "scopes": ["submit"]} | others)
    assert status == 201, told
    return told["key"], told["record"]["key_id"]


def seconds_until(done: Callable[[], bool]) -> float:
    started = time.monotonic()
    eventually(done, within_seconds=15)
    return time.monotonic() - started


def test_a_key_made_at_one_is_good_at_the_other_at_once_and_revoked_within_ten_seconds(two: Two) -> None:
    first, second = two
    key, key_id = make(first, rate=0)
    assert ask(second, key)[0] == 202
    status, _ = first.request("DELETE", f"/v1/keys/{key_id}")
    assert (status, ask(first, key)[0]) == (200, 401)
    assert seconds_until(lambda: ask(second, key)[0] == 401) < 10


def test_a_rotated_secret_is_good_at_the_other_at_once_and_the_old_one_for_the_overlap(two: Two) -> None:
    first, second = two
    key, key_id = make(first, rate=0)
    assert ask(second, key)[0] == 202
    _, told = first.request("POST", f"/v1/keys/{key_id}/rotate", {"overlap_seconds": 3})
    assert [ask(second, each)[0] for each in (key, told["key"])] == [202, 202]
    assert seconds_until(lambda: ask(second, key)[0] == 401) < 10
    assert ask(second, told["key"])[0] == 202


def test_both_give_together_what_one_bucket_holds(two: Two) -> None:
    key, _ = make(two[0])
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: ask(two[number % 2], key), range(60)))
    statuses = [status for status, _, _ in answers]
    assert (statuses.count(202), statuses.count(429)) == (30, 30)
    headers = next(headers for status, headers, _ in answers if status == 429)
    assert 900 < int(headers["Retry-After"]) <= 1000
    assert headers["RateLimit-Policy"] == '"key";q=30;w=30000'
    assert headers["RateLimit"].startswith('"key";r=0;t=')


def test_while_redis_is_away_each_process_limits_by_itself_and_nobody_waits(two: Two, relays: dict[str, Relay]) -> None:
    for away, back in ((relays["redis"].cut, relays["redis"].mend), (relays["redis"].hold, relays["redis"].release)):
        key, _ = make(two[0])
        assert ask(two[0], key, 40)[2]["refused"] == 10
        away()
        try:
            took = [seconds_of(partial(ask, two[0], key)) for _ in range(40)]
        finally:
            back()
        assert [answer[0] for _, answer in took] == [202] * 30 + [429] * 10
        assert max(seconds for seconds, _ in took) < 1.0
        assert sorted(seconds for seconds, _ in took)[20] < 0.1
        eventually(partial(is_shared, two[0], key), within_seconds=15, what="the limit that both share")


def test_attempts_at_credentials_stay_limited_while_redis_is_slower_than_a_limit_waits(
    two: Two, relays: dict[str, Relay]
) -> None:
    relays["redis"].delay_seconds = 0.15
    try:
        answers = [log_in(two[0], "ada") for _ in range(40)]
    finally:
        relays["redis"].delay_seconds = 0
    assert answers.count(429) >= 40 - 10 - 2  # A full bucket, and what comes back in the seconds that this takes.


def test_while_postgresql_is_away_known_keys_go_on_and_of_others_nobody_can_tell(
    two: Two, relays: dict[str, Relay]
) -> None:
    known, _ = make(two[0], rate=0)
    unknown, _ = make(two[0], rate=0)
    assert ask(two[1], known)[0] == 202
    relays["postgres"].cut()
    try:
        assert [ask(two[1], known)[0] for _ in range(5)] == [202] * 5
        unsure = {ask(two[1], unknown)[0] for _ in range(3)}
    finally:
        relays["postgres"].mend()
    assert unsure <= {503, 202}, "unless the list was read just before"
    eventually(lambda: ask(two[1], unknown)[0] == 202, within_seconds=15)


def test_the_last_use_is_written_when_a_gateway_stops(
    sqs_endpoint: str, redis_url: str, ledger_url: str, stage: str, two: Two
) -> None:
    key, key_id = make(two[0], rate=0)
    before = datetime.now(UTC)
    with gateway_process(sqs_endpoint, redis_url, ledger_url, stage) as third:
        assert {ask(third, key)[0] for _ in range(10)} == {202}
    listed = two[0].request("GET", "/v1/keys")[1]["keys"]
    used = next(each["last_used_at"] for each in listed if each["key_id"] == key_id)
    assert before <= datetime.fromisoformat(used) <= datetime.now(UTC)


def test_an_admin_key_made_at_one_confines_the_write_key_at_both(two: Two) -> None:
    first, second = two
    status, told = first.request("POST", "/v1/keys", {"name": "operators", "scopes": ["admin"]})
    assert status == 201
    assert first.request("PUT", "/v1/boards/confined", {})[0] == 403
    eventually(lambda: second.request("PUT", "/v1/boards/confined", {})[0] == 403, within_seconds=10)
    assert [each.request("GET", "/v1/keys")[0] for each in two] == [200, 200]
    assert {ask(each, told["key"])[0] for each in two} == {202}
