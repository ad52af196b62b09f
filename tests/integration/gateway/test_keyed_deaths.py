"""However a gateway dies over a keyed request, another that is asked again makes of it the same facts, once."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

import pytest
from sqlalchemy import Engine

from ledgerboard_contracts import SubmissionEnvelope, wire
from ledgerboard_testkit.first_generation import FirstGeneration
from ledgerboard_testkit.polling import eventually
from ledgerboard_testkit.queues import RealQueue
from ledgerboard_testkit.relay import Relay
from tests.integration.gateway.keyed_scene import (
    Road,
    claims,
    holding,
    kill,
    let_leases_end,
    recorded,
    send,
    send_and_hear_nothing,
    waiters,
)
from tests.integration.gateway.processes import GatewayProcess, gateway_process

FILLING: Final = "x" * 500
MANY: Final = 1_000

Start = Callable[[], AbstractContextManager[GatewayProcess]]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to a board that totals."""

    board: str
    path: str
    body: Any
    count: int
    total: int
    messages: int

    def is_of(self, envelope: SubmissionEnvelope) -> bool:
        return envelope.submissions[0].board == self.board


@pytest.fixture
def road(queue: RealQueue, engine: Engine, folding: FirstGeneration) -> Road:
    return Road(queue, engine, folding)


@pytest.fixture
def mortal(relays: dict[str, Relay], stage: str, redis_url: str, ledger_url: str, sqs_endpoint: str) -> Start:
    """A gateway that reaches SQS through the relay."""
    url = relays["sqs"].through(sqs_endpoint)
    return lambda: gateway_process(url, redis_url, ledger_url, stage)


@pytest.fixture(scope="module")
def survivor(
    queue: RealQueue, stage: str, redis_url: str, ledger_url: str, sqs_endpoint: str
) -> Iterator[GatewayProcess]:
    assert queue.is_empty()
    with gateway_process(sqs_endpoint, redis_url, ledger_url, stage) as running:
        yield running


@pytest.fixture(params=["one", "bulk"])
def asked(request: pytest.FixtureRequest, survivor: GatewayProcess) -> Asked:
    """One score, or as many as fill several messages."""
    board = f"sums-{uuid4().hex[:8]}"
    assert survivor.request("PUT", f"/v1/boards/{board}", {"policy": "total"})[0] == 201
    if request.param == "one":
        return Asked(board, f"/v1/boards/{board}/scores", {"player": "ada", "score": 7}, 1, 7, 1)
    scores = [
        {"board": board, "player": "ada", "score": number, "attributes": {"filling": FILLING}} for number in range(MANY)
    ]
    return Asked(board, "/v1/scores", {"scores": scores}, MANY, sum(range(MANY)), 4)


Reached = Callable[[], object]


@contextmanager
def at_the_plan(_relay: Relay, engine: Engine, _road: Road) -> Iterator[Reached]:
    with holding(engine, "plan"):
        yield lambda: waiters(engine)


@contextmanager
def before_sending(relay: Relay, engine: Engine, _road: Road) -> Iterator[Reached]:
    relay.cut()
    yield lambda: [each for each in claims(engine) if each.plan]
    relay.mend()


@contextmanager
def while_sending(relay: Relay, engine: Engine, _road: Road) -> Iterator[Reached]:
    """What was sent arrives when its sender is dead."""
    relay.hold()
    yield lambda: [each for each in claims(engine) if each.plan]
    relay.release()


@contextmanager
def once_it_arrived(relay: Relay, _engine: Engine, road: Road) -> Iterator[Reached]:
    """Of a request that goes in several messages, some have arrived, and others were never sent."""
    relay.delay_seconds = 10
    yield road.drain
    relay.delay_seconds = 0


@contextmanager
def at_the_answer(_relay: Relay, engine: Engine, _road: Road) -> Iterator[Reached]:
    with holding(engine, "answer"):
        yield lambda: waiters(engine)


STEPS: Final = [at_the_plan, before_sending, while_sending, once_it_arrived, at_the_answer]


@pytest.mark.parametrize("step", STEPS)
def test_who_asks_again_gets_what_the_dead_gateway_began(
    step: Callable[[Relay, Engine, Road], AbstractContextManager[Reached]],
    asked: Asked,
    mortal: Start,
    survivor: GatewayProcess,
    road: Road,
    relays: dict[str, Relay],
    engine: Engine,
) -> None:
    key = uuid4().hex
    with mortal() as gateway, ThreadPoolExecutor(1) as pool, step(relays["sqs"], engine, road) as is_reached:
        began = pool.submit(send_and_hear_nothing, gateway, asked.path, asked.body, key)
        eventually(is_reached, what="the step")
        kill(gateway.process)
        began.result(10)
    assert send(survivor, asked.path, asked.body, key).status == 409
    let_leases_end(engine)
    road.drain()
    redefined = {"policy": "total", "title": "Redefined meanwhile"}
    assert survivor.request("PUT", f"/v1/boards/{asked.board}", redefined)[0] == 200
    told, again = (send(survivor, asked.path, asked.body, key) for _ in range(2))
    assert (told.status, told.replayed) == (202, False)
    assert (again.status, again.replayed, again.body) == (202, True, told.body)
    contents = {(each.envelope_id, wire.encode(each.submissions)) for each in road.drain() if asked.is_of(each)}
    assert len(contents) == len({envelope_id for envelope_id, _ in contents}) == asked.messages
    assert recorded(engine, asked.board) == (asked.count, asked.total)
    status, standing = survivor.request("GET", f"/v1/boards/{asked.board}/players/ada")
    assert (status, standing["score"]) == (200, asked.total)
