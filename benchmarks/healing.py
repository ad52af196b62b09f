"""How long a board is served from the ledger after Redis lost everything: from FLUSHALL until it is live again."""

import time

import redis

from benchmarks.big_board import MILLION
from benchmarks.figures import Figure
from benchmarks.rebuild import BOARD, bare_seconds, fill
from benchmarks.waiting import wait_until
from ledgerboard_boards import BoardStates
from ledgerboard_dev.stack import Stack
from ledgerboard_infra.postgres import make_engine

_FOUND_SECONDS = 60.0
_HEALED_SECONDS = 300.0
_POLL_SECONDS = 0.05


def heal(stack: Stack, facts: int = MILLION) -> Figure:
    """Seconds until one board of so many facts is live again, noticed and rebuilt by nobody's hand."""
    engine = make_engine(stack.database_url, application_name="bench", pool_size=3)
    client = redis.Redis.from_url(stack.valkey.url)
    states = BoardStates(client, stack.stage)
    fill(engine, facts)
    wait_until(lambda: states.lives(BOARD) is not None, _FOUND_SECONDS + _HEALED_SECONDS, "the board is live")
    floor = bare_seconds(engine, client)
    client.flushall()
    started = time.perf_counter()
    wait_until(
        lambda: states.lives(BOARD) is not None, _HEALED_SECONDS, "the board is back", every_seconds=_POLL_SECONDS
    )
    return Figure(
        name=f"time to heal a board of {facts:,} facts after FLUSHALL",
        value=time.perf_counter() - started,
        floor=floor,
        unit="s",
        floor_is="the slower one of reading the ledger and folding it, without noticing, opening and swapping",
        target="without a hand",
    )
