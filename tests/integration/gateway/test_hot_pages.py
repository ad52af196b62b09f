"""Hot pages over a real Valkey: free while they hold, new as soon as a change is announced."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from http.client import HTTPConnection
from time import monotonic
from typing import Any, Final
from uuid import uuid4

import pytest
import redis

from ledgerboard_boards.hot import FRESH_SECONDS
from ledgerboard_infra.ids import new_uuid7
from ledgerboard_testkit.first_generation import FirstGeneration
from ledgerboard_testkit.plays import make_definition, make_envelope, make_fact
from ledgerboard_testkit.polling import eventually
from ledgerboard_testkit.queues import RealQueue
from ledgerboard_testkit.relay import Relay
from tests.integration.gateway.processes import GatewayProcess, gateway_process

NOW = datetime.now(UTC)
READERS: Final = 200


@pytest.fixture(scope="module")
def gateway(
    relays: dict[str, Relay], queue: RealQueue, stage: str, sqs_endpoint: str, redis_url: str, ledger_url: str
) -> Iterator[GatewayProcess]:
    assert queue.is_empty()
    with gateway_process(sqs_endpoint, relays["redis"].through(redis_url), ledger_url, stage) as running:
        yield running


@pytest.fixture
def board(gateway: GatewayProcess) -> str:
    """A defined board on which nobody has played."""
    name = f"race-{uuid4().hex[:8]}"
    assert gateway.submit(board=name)[0] == 202  # No worker runs, so only the definition comes of it.
    return name


def fold(folding: FirstGeneration, board: str, *plays: tuple[str, int]) -> None:
    facts = [make_fact(player, score, NOW, event_id=new_uuid7(NOW)) for player, score in plays]
    folding.fold([(make_envelope(board, facts), make_definition(board))], NOW)


def calls(valkey: redis.Redis) -> int:
    """How many function calls the server has served."""
    told: Any = valkey.info("commandstats")
    return sum(told[name]["calls"] for name in ("cmdstat_fcall", "cmdstat_fcall_ro") if name in told)


def leader(gateway: GatewayProcess, board: str) -> Any:
    status, told = gateway.request("GET", f"/v1/boards/{board}/standings?limit=1")
    assert status == 200
    return told["standings"][0]["score"] if told["standings"] else None


def leads(gateway: GatewayProcess, board: str, score: int) -> bool:
    return bool(leader(gateway, board) == score)


def get(port: int, path: str, *, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=15)
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, body


def test_pages_of_one_view_together_cost_a_call_a_second(
    gateway: GatewayProcess, valkey: redis.Redis, folding: FirstGeneration, board: str
) -> None:
    fold(folding, board, *((f"p{number}", number) for number in range(120)))
    eventually(lambda: leader(gateway, board) == 119, what="the board")
    before, started = calls(valkey), monotonic()
    paths = [f"/v1/boards/{board}/standings?start={start}&limit=10" for start in range(0, 100, 10)]
    for _ in range(30):
        pages = [gateway.request("GET", path)[1] for path in (*paths, f"/{board}?endRank=100")]
    assert calls(valkey) - before <= 2 * (monotonic() - started + 1)
    assert [row["score"] for page in pages[:-1] for row in page["standings"]] == list(range(119, 19, -1))
    assert [row["score"] for row in pages[-1]["leaderboard"]] == list(range(119, 19, -1))


def test_changes_are_read_much_sooner_than_a_page_would_be_asked_for_again(
    gateway: GatewayProcess, folding: FirstGeneration, board: str
) -> None:
    started = monotonic()
    for score in range(1, 21):
        fold(folding, board, ("ada", score))
        eventually(partial(leads, gateway, board, score), what="the change")
    assert monotonic() - started < 20 * FRESH_SECONDS / 2


def test_two_hundred_cold_reads_make_one_rebuild(
    gateway: GatewayProcess, valkey: redis.Redis, folding: FirstGeneration, board: str
) -> None:
    fold(folding, board, ("p0", -1))
    eventually(lambda: leader(gateway, board) == -1, what="the view that everybody has read before")
    with ThreadPoolExecutor(READERS) as pool:
        fold(folding, board, *((f"p{number}", number) for number in range(120)))
        before, started = calls(valkey), monotonic()
        path = f"/v1/boards/{board}/standings?limit=100"
        answers = list(pool.map(lambda _: gateway.request("GET", path), range(READERS)))
        made, seconds = calls(valkey) - before, monotonic() - started
    assert {status for status, _ in answers} == {200}
    assert answers[-1][1]["total"] == 120
    assert made <= 2 + 2 * int(seconds), "one read and one offer, and again for each second that the test took"


def test_after_an_outage_of_redis_a_hot_page_is_not_old(
    gateway: GatewayProcess, folding: FirstGeneration, board: str, relays: dict[str, Relay]
) -> None:
    fold(folding, board, ("ada", 1))
    eventually(lambda: leader(gateway, board) == 1, what="the board")
    relays["redis"].cut()
    try:
        eventually(lambda: gateway.readiness()[1] == "degraded", what="noticing the outage")
        fold(folding, board, ("ada", 2))
    finally:
        relays["redis"].mend()
    eventually(lambda: leader(gateway, board) is not None, what="reading again")
    assert leader(gateway, board) == 2


def test_unknown_boards_stay_unknown(gateway: GatewayProcess) -> None:
    assert [gateway.request("GET", "/v1/boards/nobodys/standings")[0] for _ in range(3)] == [404] * 3


def test_a_page_has_one_tag_in_every_process_hot_or_not_and_304_has_no_body(
    gateway: GatewayProcess, folding: FirstGeneration, stage: str, board: str,
    sqs_endpoint: str, redis_url: str, ledger_url: str,
) -> None:  # fmt: skip
    fold(folding, board, *((f"p{number}", number) for number in range(150)))
    eventually(lambda: leader(gateway, board) == 149, what="the board")
    with gateway_process(sqs_endpoint, redis_url, ledger_url, stage) as other:
        for path in (f"/v1/boards/{board}/standings", f"/v1/boards/{board}/standings?start=95&limit=10", f"/{board}"):
            told = [get(port, path) for port in (gateway.port, gateway.port, other.port)]
            assert {status for status, _, _ in told} == {200}
            (etag,) = {headers["etag"] for _, headers, _ in told}
            assert {headers["cache-control"] for _, headers, _ in told} == {"no-cache"}
            status, headers, body = get(other.port, path, **{"If-None-Match": etag, "X-Request-ID": "mine"})
            assert (status, headers["etag"], headers["x-request-id"], body) == (304, etag, "mine", b"")
            (length,) = {headers["content-length"] for _, headers, _ in told}
            status, headers, body = get(other.port, path, method="HEAD")
            assert (status, headers["etag"], headers["content-length"], body) == (200, etag, length, b"")


def test_hot_pages_are_counted_and_carry_the_request_id(gateway: GatewayProcess, board: str) -> None:
    path = f"/v1/boards/{board}/standings?limit=3"
    for number in range(20):
        assert get(gateway.port, path, **{"X-Request-ID": f"read-{number}"})[1]["x-request-id"] == f"read-{number}"
    text = gateway.request("GET", "/metrics")[1]
    counted = 'gateway_request_seconds_count{method="GET",route="/v1/boards/<board>/standings",status="200"} '
    assert 'route="/healthz",status="200"' in text, "what is no page keeps its route, too"
    assert float(text.partition(counted)[2].split("\n")[0]) >= 20
