"""The ranker against Redis alone, and history against PostgreSQL alone: the same calls, without the service around."""

import gc
import itertools
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import redis
import sqlalchemy

from benchmarks.facts import FACTS_A_MESSAGE, bodies, facts_messages
from benchmarks.figures import Figure, best_of
from benchmarks.folding import bare_fold_seconds
from benchmarks.pipeline import drain_rate
from ledgerboard_contracts import FactsMessage
from ledgerboard_contracts.queues import HISTORY, RANK
from ledgerboard_dev.stack import Stack
from ledgerboard_infra.postgres import make_engine
from ledgerboard_ledger import PostgresDefinitions
from ledgerboard_ledger.inserts import insert_facts
from ledgerboard_ledger.rows import fact_rows

BOARDS = [f"bench-{number:02}" for number in range(10)]
PLAYERS = 10_000
MESSAGES = 300
MESSAGES_A_BATCH = 10
LANES = 2
ROUNDS = 3


def ranker(stack: Stack) -> Figure:
    """Facts a second into four views, exact ties, one ranker process."""
    _define_boards(stack)
    client = redis.Redis.from_url(stack.valkey.url)
    messages = facts_messages(MESSAGES, BOARDS, PLAYERS, seed=1)

    def bare() -> float:
        client.flushdb()
        return _bare_redis(client, messages)

    def drained() -> float:
        client.flushdb()
        return drain_rate(stack, "ranker", RANK, "ranker_facts_total", bodies(messages))

    floor, value = best_of(ROUNDS, bare, drained)
    return Figure(
        name="ranker, one process, 4 views",
        value=value,
        floor=floor,
        unit="facts/s",
        floor_is=f"the same function calls, bytes made beforehand, on {LANES} bare sockets",
        target=">= 30,000; >= 0.70",
    )


def history(stack: Stack) -> Figure:
    """Facts a second into the ledger, one history process."""
    engine = make_engine(stack.database_url, application_name="bench", pool_size=LANES)
    seeds = itertools.count(2)

    def fresh() -> list[FactsMessage]:
        return facts_messages(MESSAGES, BOARDS, PLAYERS, next(seeds))

    floor, value = best_of(
        ROUNDS,
        lambda: _bare_postgres(engine, fresh()),
        lambda: drain_rate(stack, "history", HISTORY, "history_events_total", bodies(fresh())),
    )
    return Figure(
        name="history, one process",
        value=value,
        floor=floor,
        unit="facts/s",
        floor_is=f"the same statements, rows made beforehand, on {LANES} bare connections",
        target=">= 30,000; >= 0.70",
    )


def _define_boards(stack: Stack) -> None:
    definitions = PostgresDefinitions(make_engine(stack.database_url, application_name="bench", pool_size=1))
    for board in BOARDS:
        definitions.ensure(board)


def _bare_redis(client: redis.Redis, messages: Sequence[FactsMessage]) -> float:
    """In the batches in which the lanes would send them."""
    envelopes = [envelope for message in messages for envelope in message.envelopes]
    batch = len(envelopes) * MESSAGES_A_BATCH // len(messages)
    return len(messages) * FACTS_A_MESSAGE / bare_fold_seconds(client, envelopes, batch, LANES)


def _bare_postgres(engine: sqlalchemy.Engine, messages: Sequence[FactsMessage]) -> float:
    """Make every row first, then insert batch by batch, a transaction each."""
    batches = [
        fact_rows([envelope for message in messages[at : at + MESSAGES_A_BATCH] for envelope in message.envelopes])
        for at in range(0, len(messages), MESSAGES_A_BATCH)
    ]

    def insert(index: int) -> None:
        with engine.begin() as connection:
            insert_facts(connection, batches[index], "")

    gc.freeze()  # The rows stay, so nothing is to be found among them; looking would only slow the floor.
    started = time.perf_counter()
    with ThreadPoolExecutor(LANES) as lanes:
        list(lanes.map(insert, range(len(batches))))
    seconds = time.perf_counter() - started
    gc.unfreeze()
    return len(messages) * FACTS_A_MESSAGE / seconds
