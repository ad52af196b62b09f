"""What is read while Redis has lost everything, is down, or has let a day go."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import msgspec
import pytest
import redis
from sqlalchemy import Engine

from ledgerboard_contracts import BoardDefinition, BoardOptions, Order, Policy, TieBreak
from ledgerboard_dev.embedded import EmbeddedValkey
from ledgerboard_dev.processes import Guardian
from ledgerboard_testkit.polling import eventually
from ledgerboard_testkit.queues import RealQueue
from ledgerboard_testkit.relay import Relay
from tests.integration.gateway.playing import LONG_AGO, Playing, Told, board_name, plays, read
from tests.integration.gateway.processes import GatewayProcess, gateway_process

_TIES: Final = (TieBreak(attribute="lives"),)
BOARDS: Final = [
    BoardOptions(policy=Policy.BEST, ties=_TIES, level_total_view=True),
    BoardOptions(policy=Policy.LATEST, ties=_TIES, level_total_view=True),
    BoardOptions(policy=Policy.PLAYS, ties=_TIES, level_total_view=True),
    BoardOptions(policy=Policy.TOTAL, level_total_view=True),
    BoardOptions(order=Order.ASC),
]
READS: Final = [
    "/standings", "/standings?limit=100", "/standings?start=3&limit=5&ranking=dense", "/standings/last?limit=3",
    "/standings/by-score?min_score=2&max_score=9&ranking=competition", "/standings/lookup?player=p1&player=nobody",
    "/statistics", "/players/p3", "/players/p3/neighbours?n=2", "/players/nobody", "/scores/5/rank",
    "/scores/5/neighbours?n=2", "/standings?period=day", "/standings?level=a&limit=100", "/standings?session=s",
]  # fmt: skip
SUMS: Final = ["/standings?levels=total"]


@pytest.fixture(scope="module")
def own_redis(tmp_path_factory: pytest.TempPathFactory, guardian: Guardian) -> Iterator[str]:
    """A Valkey of this module's own, since it loses everything."""
    with EmbeddedValkey(tmp_path_factory.mktemp("valkey"), guardian=guardian, durable=False) as server:
        yield server.url


@pytest.fixture(scope="module")
def to_redis(own_redis: str) -> Iterator[Relay]:
    with Relay.before(own_redis) as relay:
        yield relay


@pytest.fixture(scope="module")
def gateway(
    relays: dict[str, Relay], to_redis: Relay, queue: RealQueue, stage: str,
    sqs_endpoint: str, own_redis: str, ledger_url: str,
) -> Iterator[GatewayProcess]:  # fmt: skip
    assert queue.is_empty()
    postgres = relays["postgres"].through(ledger_url)
    with gateway_process(sqs_endpoint, to_redis.through(own_redis), postgres, stage) as running:
        yield running


@pytest.fixture(scope="module")
def playing(own_redis: str, stage: str, engine: Engine) -> Iterator[Playing]:
    with redis.Redis.from_url(own_redis) as client:
        yield Playing(client, stage, engine)


@pytest.fixture
def boards(gateway: GatewayProcess, playing: Playing) -> list[str]:
    """A board of every policy and order, with plays on each."""
    names = []
    for options in BOARDS:
        name = board_name()
        assert gateway.request("PUT", f"/v1/boards/{name}", msgspec.to_builtins(options))[0] == 201
        playing.play(BoardDefinition(board=name, version=1, options=options), list(plays(60)))
        names.append(name)
    return names


def read_all(gateway: GatewayProcess, boards: list[str]) -> list[Told]:
    sums = [f"/v1/boards/{board}{path}" for board in boards[:-1] for path in SUMS]
    several = f"/v1/players/p1/standings?boards={','.join(boards)},nope"
    published = [path for board in boards for path in (f"/{board}", f"/{board}/p1", f"/{board}/nobody")]
    views = [f"/v1/boards/{board}{path}" for board in boards for path in READS]
    return [read(gateway, path) for path in (*views, *sums, *published, several)]


def check_equal(before: list[Told], after: list[Told]) -> None:
    assert {source for _, source, _ in before} == {None}
    assert {source for _, source, _ in after} == {"ledger"}
    assert [(status, body) for status, _, body in after] == [(status, body) for status, _, body in before]
    assert {status for status, _, _ in after} == {200, 404}


@contextmanager
def cut(*relays: Relay) -> Iterator[None]:
    for relay in relays:
        relay.cut()
    try:
        yield
    finally:
        for relay in relays:
            relay.mend()


def test_after_flushall_every_answer_comes_from_the_ledger_marked_and_equal(
    gateway: GatewayProcess, boards: list[str], playing: Playing, relays: dict[str, Relay]
) -> None:
    before = read_all(gateway, boards)
    playing.client.flushall()
    eventually(lambda: read(gateway, f"/{boards[0]}")[1] == "ledger", what="noticing the loss")
    eventually(lambda: read(gateway, f"/{boards[-1]}")[1] == "ledger", what="noticing the loss")
    check_equal(before, read_all(gateway, boards))
    with cut(relays["postgres"]):
        assert {status for status, _, _ in read_all(gateway, boards)} == {503}
    eventually(lambda: read(gateway, f"/{boards[0]}")[0] == 200, what="reading the ledger again")


def test_without_redis_the_ledger_answers_and_without_either_nobody_does(
    gateway: GatewayProcess, boards: list[str], to_redis: Relay, relays: dict[str, Relay]
) -> None:
    before = read_all(gateway, boards)
    with cut(to_redis):
        eventually(lambda: read(gateway, f"/{boards[-1]}")[1] == "ledger", what="noticing the outage")
        check_equal(before, read_all(gateway, boards))
        with cut(relays["postgres"]):
            assert {status for status, _, _ in read_all(gateway, boards)} == {503}
        eventually(lambda: read(gateway, f"/{boards[0]}")[0] == 200, what="reading the ledger again")
    eventually(lambda: read(gateway, f"/{boards[0]}")[1] is None, what="reading the boards again")
    assert read_all(gateway, boards) == before


def test_a_board_that_was_never_played_is_empty(gateway: GatewayProcess) -> None:
    board = board_name()
    assert gateway.submit(board=board)[0] == 202  # No worker runs, so only the definition comes of it.
    for _ in range(3):
        status, source, page = read(gateway, f"/v1/boards/{board}/standings?limit=100")
        assert (status, source, page["total"]) == (200, None, 0)
        assert read(gateway, f"/{board}") == (200, None, {"leaderboard": []})


def test_a_day_that_redis_let_go_is_read_from_the_ledger(gateway: GatewayProcess, boards: list[str]) -> None:
    for board in boards:
        path = f"/v1/boards/{board}/standings?period=day&key={LONG_AGO.date()}"
        status, source, page = read(gateway, path)
        assert (status, source) == (200, "ledger")
        assert [(row["player"], row["score"]) for row in page["standings"]] == [("old", 1)]
        assert read(gateway, f"/v1/boards/{board}/standings")[1] is None
