"""What small envelopes cost: the fold of the same number of facts in envelopes of 10, 100 and 1,000.

A busy board fills its envelopes; a quiet one pays for a function call with every few facts.
"""

import itertools
import time
from datetime import UTC, datetime

import redis

from benchmarks.facts import fact_envelopes
from benchmarks.figures import Figure, best_of
from benchmarks.folding import bare_fold_seconds, definition_of, orders_of
from benchmarks.pipeline import STAGE
from ledgerboard_boards import RedisBoards
from ledgerboard_contracts import FactEnvelope
from ledgerboard_dev.stack import Stack

SIZES = (10, 100, 1_000)
FACTS = 100_000
FACTS_A_BATCH = 2_000
BOARDS = 10
PLAYERS = 10_000
ROUNDS = 3


def envelopes(stack: Stack) -> list[Figure]:
    """Facts a second into four views from one thread, for each size."""
    return [_figure(stack, size) for size in SIZES]


def _figure(stack: Stack, size: int) -> Figure:
    client = redis.Redis.from_url(stack.valkey.url)
    batch = FACTS_A_BATCH // size
    runs = itertools.count(1)

    def fresh() -> list[FactEnvelope]:
        """On boards that hold nothing yet."""
        run = next(runs)
        boards = [f"bench-{size}-{run}-{number}" for number in range(BOARDS)]
        return fact_envelopes(FACTS // size, size, boards, PLAYERS, seed=1)

    floor, value = best_of(
        ROUNDS,
        lambda: FACTS / bare_fold_seconds(client, fresh(), batch, lanes=1),
        lambda: FACTS / _fold_seconds(client, fresh(), batch),
    )
    return Figure(
        name=f"fold, envelopes of {size:,} facts, 4 views, one thread",
        value=value,
        floor=floor,
        unit="facts/s",
        floor_is="the same function calls, bytes made beforehand, on one bare socket",
        target=">= 0.70 where envelopes are full",
    )


def _fold_seconds(client: redis.Redis, made: list[FactEnvelope], batch: int) -> float:
    boards, now = RedisBoards(client, STAGE), datetime.now(UTC)
    orders = orders_of(client, STAGE, [(envelope, definition_of(envelope.board)) for envelope in made])
    batches = [orders[at : at + batch] for at in range(0, len(orders), batch)]
    started = time.perf_counter()
    for each in batches:
        boards.fold(each, now)
    return time.perf_counter() - started
