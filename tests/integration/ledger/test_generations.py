"""Generations are numbered, claimed and finished one after another, whoever tries and however often."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import TypeVar
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, text

from ledgerboard_ledger import Generation, GenerationStage, PostgresGenerations, UnknownGenerationError
from ledgerboard_testkit.events import NOON, event_id

T = TypeVar("T")


@pytest.fixture
def generations(engine: Engine) -> PostgresGenerations:
    with engine.begin() as connection:  # A claim looks at every board.
        connection.execute(text("DELETE FROM generations"))
    return PostgresGenerations(engine)


@pytest.fixture
def board() -> str:
    return f"board-{uuid4().hex[:12]}"


def _request(generations: PostgresGenerations, board: str) -> Generation:
    return generations.request(board, board_version=None, reason="test", author="test")


def _at_once(count: int, act: Callable[[int], T]) -> list[T]:
    start = Barrier(count)

    def run(number: int) -> T:
        start.wait()
        return act(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_of_many_that_adopt_a_board_one_makes_its_first_generation(
    generations: PostgresGenerations, board: str
) -> None:
    adopted = _at_once(8, lambda _: generations.adopt(board, 3))
    assert sum(made for _, made in adopted) == 1
    assert {(each.number, each.board_version, each.state) for each, _ in adopted} == {(1, 3, GenerationStage.LIVE)}
    assert generations.live(board) == adopted[0][0]
    assert generations.boards_live(None, 9) == [board]
    assert generations.boards_live(board, 9) == []


def test_of_many_requests_one_stands_until_somebody_begins(generations: PostgresGenerations, board: str) -> None:
    generations.adopt(board, 1)
    assert {each.number for each in _at_once(8, lambda _: _request(generations, board))} == {2}
    assert generations.request(board, board_version=7, reason="test", author="test").board_version == 7
    generations.open(board, 2)
    assert _request(generations, board).number == 3


def test_of_many_that_open_it_all_get_one_snapshot_which_it_keeps(generations: PostgresGenerations, board: str) -> None:
    _request(generations, board)
    opened = _at_once(6, lambda _: generations.open(board, 1))
    assert len({each.snapshot for each in opened}) == 1
    assert generations.open(board, 1).snapshot == opened[0].snapshot is not None
    generations.opened(board, 1, NOON)
    generations.opened(board, 1, NOON - timedelta(seconds=1))
    known = generations.open(board, 1)
    assert (known.state, known.until, known.snapshot) == (GenerationStage.BUILDING, NOON, opened[0].snapshot)


def test_of_many_that_claim_each_rebuild_has_one_owner(generations: PostgresGenerations, board: str) -> None:
    boards = [f"{board}-{number}" for number in range(5)]
    for each in boards:
        _request(generations, each)
    claimed = _at_once(12, lambda number: generations.claim(f"owner-{number}", 60))
    assert sorted(each.board for each in claimed if each is not None) == boards
    assert generations.claim("late", 60) is None


def test_a_board_is_rebuilt_once_at_a_time(generations: PostgresGenerations, board: str) -> None:
    _request(generations, board)
    first = generations.claim("one", 60)
    assert first is not None
    generations.open(board, 1)
    _request(generations, board)
    assert generations.claim("two", 60) is None
    generations.finish(board, 1)
    second = generations.claim("two", 60)
    assert second is not None
    assert second.number == 2


def test_a_lease_that_lapsed_is_taken_over_where_it_was_left(generations: PostgresGenerations, board: str) -> None:
    _request(generations, board)
    generations.claim("killed", 0)
    cursor = event_id()
    assert _progress(generations, board, "killed", cursor, 10, 0)
    found = generations.claim("next", 60)
    assert found is not None
    assert (found.cursor, found.facts_folded, found.facts_total, found.owner) == (cursor, 10, 99, "next")
    assert not _progress(generations, board, "killed", cursor, 20, 60)
    assert generations.claim("third", 60) is None
    generations.release(board, 1, "killed")
    assert generations.claim("third", 60) is None
    generations.release(board, 1, "next")
    assert generations.claim("third", 60) is not None


def _progress(
    generations: PostgresGenerations, board: str, owner: str, cursor: UUID, folded: int, lease_seconds: float
) -> bool:
    return generations.progress(
        board, 1, owner, cursor=cursor, facts_folded=folded, facts_total=99, lease_seconds=lease_seconds
    )


def test_finishing_drops_the_one_before_and_is_safe_to_repeat(generations: PostgresGenerations, board: str) -> None:
    generations.adopt(board, 1)
    _request(generations, board)
    generations.open(board, 2)
    generations.opened(board, 2, NOON)
    finished = generations.finish(board, 2)
    assert finished == generations.finish(board, 2) == generations.live(board)
    assert (finished.state, finished.finished_at is not None) == (GenerationStage.LIVE, True)
    assert [each.state for each in generations.list(board)] == [GenerationStage.LIVE, GenerationStage.DROPPED]
    with pytest.raises(UnknownGenerationError):
        generations.finish(board, 1)
    assert generations.live(board) == finished


def test_what_was_abandoned_is_neither_opened_nor_finished(generations: PostgresGenerations, board: str) -> None:
    generations.adopt(board, 1)
    _request(generations, board)
    generations.abandon(board, 2)
    for step in (generations.open, generations.finish):
        with pytest.raises(UnknownGenerationError):
            step(board, 2)
    generations.abandon(board, 1)
    live = generations.live(board)
    assert live is not None
    assert live.number == 1
    assert generations.adopt(board, 1) == (live, False)
