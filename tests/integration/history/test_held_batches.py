"""A batch that a worker holds for long makes no difference between boards and ledger: it is on its way."""

import time
from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
import redis
from sqlalchemy import Engine

from ledgerboard_boards import BoardStates, RedisBoards
from ledgerboard_history.proof.comparing import Comparison
from ledgerboard_history.proof.reconciling import Patience, Reconciled, Reconciliation
from ledgerboard_history.proof.traffic import QueueTraffic, UnderWay
from ledgerboard_infra.clock import SystemClock
from ledgerboard_infra.settings import AwsSettings
from ledgerboard_infra.sqs import QueueShape, provision, resolve_queue_url, sqs_client
from ledgerboard_infra.stream.hand import Hand, Heartbeat
from ledgerboard_infra.stream.inbox import Inbox
from ledgerboard_ledger import SqlFold
from ledgerboard_ledger.drawn import DrawnViews
from ledgerboard_testkit.plays import make_fact
from ledgerboard_testkit.queues import RealQueue
from tests.integration.history.proving import NOW, Proof

VISIBILITY_SECONDS = 1
PATIENCE = Patience(pause=timedelta(seconds=0.5), settle=timedelta(seconds=2), most=timedelta(seconds=4))


@pytest.fixture
def queue(sqs_endpoint: str) -> RealQueue:
    client, name = sqs_client(AwsSettings(sqs_endpoint_url=sqs_endpoint)), f"held-{uuid4().hex[:12]}"
    shape = QueueShape(
        name=name,
        dead_letter_name=f"{name}-dlq",
        visibility_timeout_seconds=VISIBILITY_SECONDS,
        max_receives=2,
        retention_seconds=3600,
        dead_letter_retention_seconds=7200,
    )
    provision(client, [shape])
    return RealQueue(client, resolve_queue_url(client, shape.name), resolve_queue_url(client, shape.dead_letter_name))


@pytest.fixture
def hand(queue: RealQueue) -> Iterator[Hand]:
    """A worker's, with its heartbeat, empty."""
    hand = Hand(Inbox(queue.client, queue.url), VISIBILITY_SECONDS)
    heartbeat = Heartbeat(hand, VISIBILITY_SECONDS)
    heartbeat.start()
    yield hand
    heartbeat.stop()


def _reconcile(proof: Proof, queue: RealQueue) -> Reconciled:
    boards, states = RedisBoards(proof.valkey, proof.stage), BoardStates(proof.valkey, proof.stage)
    comparison = Comparison(boards, DrawnViews(proof.engine), SqlFold(proof.engine), SystemClock())
    traffic = QueueTraffic(queue.client, [queue.url])
    use = Reconciliation(states, proof, comparison, traffic, SystemClock(), pause=time.sleep, patience=PATIENCE)
    return use.reconcile(proof.board)


def test_a_batch_that_is_held_with_heartbeats_makes_no_difference_and_a_lost_one_does(
    valkey: redis.Redis, engine: Engine, queue: RealQueue, hand: Hand
) -> None:
    proof = Proof(valkey, engine)
    proof.play(make_fact("ann", 1, NOW))
    proof.record(make_fact("ann", 9, NOW))
    queue.send("the fact that the board lacks")
    inbox = Inbox(queue.client, queue.url)
    receipts = inbox.receive(5)
    hand.take(receipts)
    held = _reconcile(proof, queue)
    assert (held.differences, held.unsettled) == ({}, 4)
    assert QueueTraffic(queue.client, [queue.url]).under_way() == UnderWay(0, 1), "held beyond its timeout"
    hand.let_go(receipts)
    inbox.delete(receipts)
    lost = _reconcile(proof, queue)
    assert (len(lost.differences), lost.unsettled) == (4, 0)
