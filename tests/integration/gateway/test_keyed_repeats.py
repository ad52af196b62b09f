"""However many repeats of a keyed request come at once, and to whichever gateway, they are one."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import cycle
from typing import Final
from uuid import uuid4

import pytest
from sqlalchemy import Engine

from ledgerboard_testkit.first_generation import FirstGeneration
from ledgerboard_testkit.polling import eventually
from ledgerboard_testkit.queues import RealQueue
from ledgerboard_testkit.relay import Relay
from tests.integration.gateway.keyed_scene import Road, Told, recorded, send
from tests.integration.gateway.processes import GatewayProcess, gateway_process

REPEATS: Final = 50
PATIENCE_SECONDS: Final = 1


@pytest.fixture(scope="module")
def gateways(
    queue: RealQueue, relays: dict[str, Relay], stage: str, redis_url: str, ledger_url: str, sqs_endpoint: str
) -> Iterator[list[GatewayProcess]]:
    """Two, each of which reaches everything by a relay, and waits for SQS but a second."""
    assert queue.is_empty()
    url, database = relays["sqs"].through(sqs_endpoint), relays["postgres"].through(ledger_url)
    with ExitStack() as stack:
        yield [
            stack.enter_context(
                gateway_process(url, redis_url, database, stage, PUBLISHER_TIMEOUT_SECONDS=str(PATIENCE_SECONDS))
            )
            for _ in range(2)
        ]


@pytest.fixture
def board(gateways: list[GatewayProcess]) -> str:
    name = f"sums-{uuid4().hex[:8]}"
    assert gateways[0].request("PUT", f"/v1/boards/{name}", {"policy": "total"})[0] == 201
    return name


@pytest.fixture
def road(queue: RealQueue, engine: Engine, folding: FirstGeneration) -> Road:
    return Road(queue, engine, folding)


def repeat(gateways: list[GatewayProcess], board: str, key: str) -> list[Told]:
    with ThreadPoolExecutor(REPEATS) as pool:
        asked = [
            pool.submit(send, gateway, f"/v1/boards/{board}/scores", {"player": "ada", "score": 7}, key)
            for gateway, _ in zip(cycle(gateways), range(REPEATS), strict=False)
        ]
        return [each.result() for each in asked]


def test_fifty_at_once_over_two_gateways_make_one_fact_and_tell_one_answer(
    gateways: list[GatewayProcess], board: str, road: Road, engine: Engine
) -> None:
    key = uuid4().hex
    told = repeat(gateways, board, key)
    assert {each.status for each in told} <= {202, 409}
    assert {each.body["type"] for each in told if each.status == 409} <= {"/docs/problems/request-under-way"}
    assert sum(each.status == 202 and not each.replayed for each in told) == 1
    again = repeat(gateways, board, key)
    assert [(each.status, each.replayed) for each in again] == [(202, True)] * REPEATS
    assert len({each.body["event_id"] for each in [*told, *again] if each.status == 202}) == 1
    assert len(road.drain()) == 1
    assert recorded(engine, board) == (1, 7)
    assert gateways[1].request("GET", f"/v1/boards/{board}/players/ada")[1]["score"] == 7


def test_who_was_told_that_the_queue_was_silent_asks_again_and_it_is_one_fact(
    gateways: list[GatewayProcess], board: str, road: Road, relays: dict[str, Relay], engine: Engine
) -> None:
    """Both sends arrive: the first, whose answer came too late, and the second."""
    path, score, key = f"/v1/boards/{board}/scores", {"player": "ada", "score": 7}, uuid4().hex
    relays["sqs"].delay_seconds = 2 * PATIENCE_SECONDS
    late = send(gateways[0], path, score, key)
    relays["sqs"].delay_seconds = 0
    assert (late.status, late.body["type"]) == (503, "/docs/problems/unacknowledged")
    eventually(road.drain, what="what was sent")
    told = send(gateways[1], path, score, key)
    assert (told.status, told.replayed) == (202, False)
    assert [told.body["event_id"]] == late.body["event_ids"]
    copies = [each for each in road.drain() if each.submissions[0].board == board]
    assert len(copies) > 1
    assert len({each.envelope_id for each in copies}) == 1
    assert recorded(engine, board) == (1, 7)
    assert gateways[1].request("GET", f"/v1/boards/{board}/players/ada")[1]["score"] == 7


def test_while_postgresql_is_down_keyed_scores_wait_and_others_go_on(
    gateways: list[GatewayProcess], board: str, relays: dict[str, Relay]
) -> None:
    path, score, key = f"/v1/boards/{board}/scores", {"player": "ada", "score": 7}, uuid4().hex
    assert gateways[0].submit(board=board)[0] == 202
    relays["postgres"].cut()
    try:
        assert send(gateways[0], path, score, key).status == 503
        assert gateways[0].submit(board=board)[0] == 202
    finally:
        relays["postgres"].mend()
    assert eventually(lambda: send(gateways[0], path, score, key).status == 202, what="PostgreSQL again")
