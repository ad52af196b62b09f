"""Generations: numbered, claimed and finished one after another."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID, uuid4

import pytest

from ledgerboard_infra.errors import UnavailableError
from ledgerboard_ledger import Generation, GenerationStage, UnknownGenerationError
from ledgerboard_testkit.events import NOON, event_id


class Generations(Protocol):
    """The record of generations."""

    def adopt(self, board: str, board_version: int) -> tuple[Generation, bool]: ...
    def live(self, board: str) -> Generation | None: ...
    def request(self, board: str, *, board_version: int | None, reason: str, author: str) -> Generation: ...
    def open(self, board: str, number: int) -> Generation: ...
    def opened(self, board: str, number: int, until: datetime) -> None: ...
    def claim(self, owner: str, lease_seconds: float) -> Generation | None: ...
    def progress(
        self, board: str, number: int, owner: str, *, cursor: UUID | None, facts_folded: int, lease_seconds: float
    ) -> bool: ...
    def release(self, board: str, number: int, owner: str) -> None: ...
    def finish(self, board: str, number: int) -> Generation: ...
    def abandon(self, board: str, number: int) -> None: ...
    def list(self, board: str | None = None, limit: int = 1000) -> Sequence[Generation]: ...
    def boards_live(self, after: str | None, limit: int, requested_before: datetime | None = None) -> Sequence[str]: ...
    def begun(self, requested_before: datetime | None = None) -> Sequence[str]: ...


def _fresh_board() -> str:
    return f"board-{uuid4().hex[:12]}"


def _request(generations: Generations, board: str) -> Generation:
    return generations.request(board, board_version=None, reason="test", author="tester")


class GenerationsSuite:
    """Give it ``generations`` without any rebuild to claim, and ``outage``: a context in which they are down."""

    def test_a_new_board_is_adopted_once(self, generations: Generations) -> None:
        board = _fresh_board()
        assert generations.live(board) is None
        made, is_new = generations.adopt(board, 3)
        assert (made.number, made.board_version, made.state, is_new) == (1, 3, GenerationStage.LIVE, True)
        assert generations.adopt(board, 4) == (made, False)
        assert generations.live(board) == made
        assert board in generations.boards_live(None, 10_000)
        assert board not in generations.boards_live(board, 10_000)

    def test_a_request_that_nobody_began_serves_again(self, generations: Generations) -> None:
        board = _fresh_board()
        first = _request(generations, board)
        assert (first.number, first.board_version, first.reason, first.author) == (1, 1, "test", "tester")
        again = generations.request(board, board_version=2, reason="other", author="other")
        assert (again.number, again.board_version) == (1, 2)
        assert generations.open(board, 1).state is GenerationStage.OPENING
        assert [_request(generations, board).number for _ in range(2)] == [2, 2]
        generations.abandon(board, 1)
        generations.abandon(board, 2)
        assert {each.state for each in generations.list(board)} == {GenerationStage.DROPPED}

    def test_it_is_claimed_worked_on_given_back_and_finished(self, generations: Generations) -> None:
        board, cursor = _fresh_board(), event_id()
        generations.adopt(board, 1)
        _request(generations, board)
        claimed = generations.claim("one", 60)
        assert claimed is not None
        assert (claimed.board, claimed.number, claimed.owner) == (board, 2, "one")
        assert generations.claim("two", 60) is None
        opened = generations.open(board, 2)
        generations.opened(board, 2, NOON)
        generations.opened(board, 2, NOON - timedelta(seconds=1))
        assert generations.progress(board, 2, "one", cursor=cursor, facts_folded=5, lease_seconds=60)
        assert not generations.progress(board, 2, "two", cursor=None, facts_folded=0, lease_seconds=60)
        generations.release(board, 2, "one")
        taken = generations.claim("two", 60)
        assert taken is not None
        assert (taken.snapshot, taken.until, taken.cursor, taken.facts_folded) == (opened.snapshot, NOON, cursor, 5)
        finished = generations.finish(board, 2)
        assert generations.live(board) == generations.finish(board, 2) == finished
        assert [each.state for each in generations.list(board)] == [GenerationStage.LIVE, GenerationStage.DROPPED]

    def test_every_board_that_is_being_built_is_told_of_however_many_generations_were_asked_for_since(
        self, generations: Generations
    ) -> None:
        opening, building = sorted(_fresh_board() for _ in range(2))
        for board in (opening, building):
            _request(generations, board)
            assert not {opening, building} & set(generations.begun())
        for board in (opening, building):
            generations.open(board, 1)
        generations.opened(building, 1, NOON)
        for _ in range(1001):
            generations.adopt(_fresh_board(), 1)
        assert [board for board in generations.begun() if board in {opening, building}] == [opening, building]
        generations.finish(building, 1)
        generations.abandon(opening, 1)
        assert not {opening, building} & set(generations.begun())

    def test_what_was_begun_is_told_apart_by_when_it_was_requested(self, generations: Generations) -> None:
        board = _fresh_board()
        row = _request(generations, board)
        generations.open(board, row.number)
        assert board not in generations.begun(row.requested_at)
        assert board in generations.begun(row.requested_at + timedelta(microseconds=1))
        generations.abandon(board, row.number)

    def test_live_boards_are_told_apart_by_when_a_generation_was_last_requested(self, generations: Generations) -> None:
        board = _fresh_board()
        generations.adopt(board, 1)
        row = _request(generations, board)
        moment = row.requested_at
        later = moment + timedelta(microseconds=1)
        assert board in generations.boards_live(None, 10_000, later)
        assert board not in generations.boards_live(None, 10_000, moment)
        generations.abandon(board, row.number)
        adopted = generations.live(board)
        assert adopted is not None
        assert board in generations.boards_live(None, 10_000, adopted.requested_at + timedelta(microseconds=1))

    def test_what_is_dropped_or_unknown_is_neither_opened_nor_finished(self, generations: Generations) -> None:
        board = _fresh_board()
        _request(generations, board)
        with pytest.raises(UnknownGenerationError):
            generations.finish(board, 1)
        generations.abandon(board, 1)
        for step in (generations.open, generations.finish):
            for number in (1, 2):
                with pytest.raises(UnknownGenerationError):
                    step(board, number)

    def test_while_they_are_down_nothing_is_known_or_made(
        self, generations: Generations, outage: AbstractContextManager[None]
    ) -> None:
        board = _fresh_board()
        asks = (
            lambda: generations.adopt(board, 1), lambda: generations.live(board),
            lambda: _request(generations, board), lambda: generations.open(board, 1),
            lambda: generations.claim("one", 1), lambda: generations.list(board),
        )  # fmt: skip
        with outage:
            for ask in asks:
                with pytest.raises(UnavailableError):
                    ask()
        assert generations.list(board) == []
