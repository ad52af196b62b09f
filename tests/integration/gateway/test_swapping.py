"""Generations are swapped under readers who never meet an error, a gap, or an order that is no longer true."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

import pytest
import redis
from sqlalchemy import Engine

from ledgerboard_contracts import BoardDefinition, BoardOptions, Order
from ledgerboard_testkit.polling import eventually
from ledgerboard_testkit.queues import RealQueue
from tests.integration.gateway.playing import Playing, board_name, plays, read
from tests.integration.gateway.processes import GatewayProcess, gateway_process


@pytest.fixture(scope="module")
def gateway(
    queue: RealQueue, stage: str, sqs_endpoint: str, redis_url: str, ledger_url: str
) -> Iterator[GatewayProcess]:
    assert queue.is_empty()
    with gateway_process(sqs_endpoint, redis_url, ledger_url, stage) as running:
        yield running


@pytest.fixture
def playing(valkey: redis.Redis, stage: str, engine: Engine) -> Playing:
    return Playing(valkey, stage, engine)


@pytest.fixture
def board(gateway: GatewayProcess, playing: Playing) -> str:
    """A board with plays, where more is better."""
    name = board_name()
    assert gateway.request("PUT", f"/v1/boards/{name}", {})[0] == 201
    playing.play(BoardDefinition(board=name, version=1, options=BoardOptions()), list(plays(60)))
    return name


def has_read_on(readers: Sequence[Future[None]], counts: Sequence[int], before: int) -> bool:
    return sum(counts) > before + 8 or any(reader.done() for reader in readers)


def test_a_swap_under_constant_reading_makes_no_error_and_no_gap(
    gateway: GatewayProcess, playing: Playing, board: str
) -> None:
    paths = [f"/v1/boards/{board}{path}" for path in ("/standings", "/players/p3", "/standings/last", "/statistics")]
    expected = [read(gateway, path) for path in paths]
    assert {(status, source) for status, source, _ in expected} == {(200, None)}
    counts, stopped = [0] * 4, threading.Event()

    def keep_reading(number: int) -> None:
        while not stopped.is_set():
            which = (counts[number] + number) % len(paths)
            assert read(gateway, paths[which]) == expected[which]
            counts[number] += 1

    with ThreadPoolExecutor(4) as pool:
        readers = [pool.submit(keep_reading, number) for number in range(4)]
        try:
            for generation in range(1, 9):
                before = sum(counts)
                playing.rebuild(BoardDefinition(board=board, version=1, options=BoardOptions()))
                playing.drop(board, generation)
                read_on = partial(has_read_on, readers, counts, before)
                eventually(read_on, what="reading on")
        finally:
            stopped.set()
        for reader in readers:
            reader.result(20)


def test_a_swap_to_another_definition_shows_its_order_and_no_page_of_the_old_one_stays(
    gateway: GatewayProcess, playing: Playing, board: str
) -> None:
    def leader(path: str) -> int:
        score: int = read(gateway, path)[2]["standings"][0]["score"]
        return score

    pages = [f"/v1/boards/{board}/standings?limit={limit}" for limit in (1, 100)]
    assert [leader(page) for page in pages] == [12, 12]
    assert gateway.request("PUT", f"/v1/boards/{board}", {"order": "asc"})[0] in {200, 202}
    assert [leader(page) for page in pages] == [12, 12], "until the swap the old order is the true one"
    playing.rebuild(BoardDefinition(board=board, version=2, options=BoardOptions(order=Order.ASC)))
    eventually(lambda: [leader(page) for page in pages] == [0, 0], what="the new order")
