"""What a process remembers is bounded, and threads that find it full at once do not trip over each other."""

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import pytest

from ledgerboard_gateway.lives import Lives
from ledgerboard_testkit.memory import FixedClock, MemoryRecord
from tests.unit.gateway.hot_scene import Scene as Pages
from tests.unit.gateway.memory_boards import MemoryBoards, MemoryGenerations
from tests.unit.gateway.test_authentication import Scene as Authentication

THREADS: Final = 8
ROUNDS: Final = 3_000

Remember = Callable[[int], object]


@pytest.fixture(autouse=True)
def _hasty_threads() -> Iterator[None]:
    """Threads that take turns after every step."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def tokens() -> Remember:
    scene = Authentication(capacity=10)
    issued = [scene.tokens.issue(f"p{number}", "players") for number in range(THREADS * ROUNDS)]
    return lambda number: scene.principal(issued[number])


def pages() -> Remember:
    scene = Pages(capacity=10)
    return lambda number: scene.get(f"limit={number}")


def lives() -> Remember:
    record, generations = MemoryRecord(), MemoryGenerations()
    boards = MemoryBoards(FixedClock(), generations)
    made = Lives(boards, generations, record, record, capacity=10)
    for number in range(100):
        record.ensure(f"b{number}")
        boards.go_live(f"b{number}", 1, 1)
    return lambda number: made.read([f"b{number % 100}"], list)


@pytest.mark.parametrize("remember", [tokens, pages, lives])
def test_many_threads_find_it_full_at_once(remember: Callable[[], Remember]) -> None:
    one = remember()

    def work(thread: int) -> None:
        for number in range(thread * ROUNDS, (thread + 1) * ROUNDS):
            one(number)

    with ThreadPoolExecutor(THREADS) as pool:
        for done in [pool.submit(work, thread) for thread in range(THREADS)]:
            done.result()
