"""Rebuild one board from the ledger, beside reading the same ledger and folding the same facts without a rebuilder.

The board is read all the while. A page that is refused, or shorter than it was before, fails the benchmark.
"""

import itertools
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import UUID

import redis
import sqlalchemy

from benchmarks.facts import fact_envelopes
from benchmarks.figures import Figure, best_of
from benchmarks.folding import bare_fold_seconds
from benchmarks.pipeline import STAGE
from ledgerboard_boards import BoardStates, MovedError, RedisStandings
from ledgerboard_contracts import ALL_TIME, DEFAULT_OPTIONS, TOP_N, FactEnvelope, View
from ledgerboard_dev.stack import Stack
from ledgerboard_infra.postgres import make_engine
from ledgerboard_ledger import (
    GenerationStage,
    LedgerWriter,
    PostgresDefinitions,
    PostgresGenerations,
    Replay,
    ReplayPage,
)
from ledgerboard_ledger.snapshots import Snapshots
from ledgerboard_ranker.rebuilder.scanning import PAGE_FACTS, page_parts

BOARD = "bench-rebuild"
PLAYERS = 10_000
FACTS = 200_000
FACTS_AN_ENVELOPE = 5_000
ROUNDS = 3
_POLL_SECONDS = 0.01
_READ_PAUSE_SECONDS = 0.02


def rebuild(stack: Stack, facts: int = FACTS) -> Figure:
    """Facts of the ledger a second, from the claim of a rebuild to its swap, into four views, one process."""
    engine = make_engine(stack.database_url, application_name="bench", pool_size=3)
    client = redis.Redis.from_url(stack.valkey.url)
    fill(engine, facts)
    _rebuild_seconds(engine)  # The first one makes the board that the others are built beside.
    reads: list[float] = []

    def measured() -> float:
        with _reading(client, reads):
            return facts / _rebuild_seconds(engine)

    floor, value = best_of(ROUNDS, lambda: facts / bare_seconds(engine, client), measured)
    slowest = sorted(reads)[int(len(reads) * 0.99)] * 1000
    return Figure(
        name=f"rebuild of {facts:,} facts, 4 views; {len(reads):,} pages read meanwhile, p99 {slowest:.0f} ms",
        value=value,
        floor=floor,
        unit="facts/s",
        floor_is="the slower one of reading the pages and folding them, bytes made beforehand, on a bare socket",
        target=">= 50,000",
    )


def fill(engine: sqlalchemy.Engine, facts: int) -> None:
    """Put so many facts of one board into the ledger, as history would."""
    PostgresDefinitions(engine).ensure(BOARD)
    PostgresGenerations(engine).adopt(BOARD, 1)
    writer = LedgerWriter(engine)
    for each in fact_envelopes(facts // FACTS_AN_ENVELOPE, FACTS_AN_ENVELOPE, [BOARD], PLAYERS, seed=1):
        writer.append([each], [])


def _rebuild_seconds(engine: sqlalchemy.Engine) -> float:
    """From the first sign of an owner to the row that says live."""
    generations = PostgresGenerations(engine)
    row = generations.request(BOARD, board_version=1, reason="benchmark", author="bench")
    deadline, started = time.monotonic() + 300, 0.0
    while True:
        assert time.monotonic() < deadline, "the rebuild does not end"
        known = generations.get(BOARD, row.number)
        assert known is not None
        if not started and known.state is not GenerationStage.REQUESTED:
            started = time.perf_counter()
        if known.state is GenerationStage.LIVE:
            return time.perf_counter() - started
        time.sleep(_POLL_SECONDS)


def bare_seconds(engine: sqlalchemy.Engine, client: redis.Redis) -> float:
    """The two could overlap perfectly: then the slower one is what remains."""
    started = time.perf_counter()
    pages = list(_pages(engine))
    read_seconds = time.perf_counter() - started
    row = PostgresGenerations(engine).list(BOARD)[0]
    envelopes = [envelope for after, page in pages for _, envelope in page_parts(row, after, page)]
    return max(read_seconds, bare_fold_seconds(client, _elsewhere(envelopes), 8, lanes=1))


def _pages(engine: sqlalchemy.Engine) -> Iterator[tuple[UUID | None, ReplayPage]]:
    replay, after = Replay(engine), None
    snapshot = Snapshots(engine).after_all_before()
    while (page := replay.page(BOARD, snapshot, after, PAGE_FACTS)).cursor is not None:
        yield after, page
        after = page.cursor


_numbers = itertools.count(1)


def _elsewhere(envelopes: Sequence[FactEnvelope]) -> list[FactEnvelope]:
    """The same facts on a board that holds nothing yet."""
    board = f"{BOARD}-bare-{next(_numbers)}"
    return [
        FactEnvelope(
            envelope_id=each.envelope_id, correlation_id="bench", board=board, board_version=1, facts=each.facts
        )
        for each in envelopes
    ]


@contextmanager
def _reading(client: redis.Redis, reads: list[float]) -> Iterator[None]:
    """Read the first page all the while. Every one must be whole."""
    states, standings, done = BoardStates(client, STAGE), RedisStandings(client, STAGE), threading.Event()
    short: list[datetime] = []

    def read() -> None:
        while not done.wait(_READ_PAUSE_SECONDS):
            started = time.perf_counter()
            live = states.lives(BOARD)
            try:
                view = View(BOARD, ALL_TIME, generation=live.generation if live else 0)
                page = standings.page(view, DEFAULT_OPTIONS, 0, TOP_N)
            except MovedError:
                continue
            reads.append(time.perf_counter() - started)
            if len(page.standings) != TOP_N:
                short.append(datetime.now(UTC))

    reader = threading.Thread(target=read)
    reader.start()
    try:
        yield
    finally:
        done.set()
        reader.join()
    assert not short, f"{len(short)} pages were short"
