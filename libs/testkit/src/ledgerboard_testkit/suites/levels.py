"""The numbers of levels, whoever keeps them."""

from collections.abc import Collection, Mapping
from typing import Protocol
from uuid import uuid4


class Levels(Protocol):
    """The record of levels."""

    def numbers(self, board: str, levels: Collection[str], most: int, /) -> Mapping[str, int]: ...


class LevelsSuite:
    """Give it ``levels``."""

    def test_levels_are_numbered_as_they_are_first_named_and_keep_their_numbers(self, levels: Levels) -> None:
        board, other = str(uuid4()), str(uuid4())
        assert levels.numbers(board, ["b", "a", "b"], 9) == {"b": 1, "a": 2}
        assert levels.numbers(board, ["a", "Zürich", "b"], 9) == {"b": 1, "a": 2, "Zürich": 3}
        assert levels.numbers(other, ["Zürich"], 9) == {"Zürich": 1}
        assert levels.numbers(board, [], 9) == {}

    def test_no_more_are_numbered_than_there_may_be_and_those_that_are_stay(self, levels: Levels) -> None:
        board = str(uuid4())
        assert levels.numbers(board, ["a", "b", "c"], 2) == {"a": 1, "b": 2}
        assert levels.numbers(board, ["c", "a"], 2) == {"a": 1}
        assert levels.numbers(board, ["c"], 3) == {"c": 3}
        assert levels.numbers(board, ["c", "d"], 1) == {"c": 3}
        assert levels.numbers(board, ["d"], 0) == {}
