"""Board definitions, as their record keeps them and as the gateway knows them."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Final, Protocol
from uuid import uuid4

import pytest

from ledgerboard_contracts import DEFAULT_OPTIONS, BoardDefinition, BoardOptions, Order
from ledgerboard_infra.errors import UnavailableError

_LAPS: Final = BoardOptions(order=Order.ASC, min_score=0, title="Lap times")


class Known(Protocol):
    """Current definitions, as whoever accepts submissions asks for them."""

    def current(self, board: str) -> BoardDefinition | None: ...
    def ensure(self, board: str) -> BoardDefinition: ...
    def remember(self, definition: BoardDefinition) -> None: ...


class Definitions(Protocol):
    """The record of all versions."""

    def current(self, board: str) -> BoardDefinition | None: ...
    def version(self, board: str, version: int) -> BoardDefinition | None: ...
    def ensure(self, board: str) -> BoardDefinition: ...
    def define(self, board: str, options: BoardOptions) -> tuple[BoardDefinition, bool]: ...
    def list(self, after: str | None, limit: int, prefix: str = "") -> Sequence[BoardDefinition]: ...


def fresh_board() -> str:
    """A name that no other test has."""
    return f"board-{uuid4().hex[:12]}"


class DefinitionsSuite:
    """Give it ``definitions``, and ``outage``: a context in which their record is down."""

    def test_an_unknown_board_has_no_definition_until_someone_needs_one(self, definitions: Definitions) -> None:
        board = fresh_board()
        assert definitions.current(board) is definitions.version(board, 1) is None
        made = definitions.ensure(board)
        assert made == BoardDefinition(board=board, version=1, options=DEFAULT_OPTIONS)
        assert definitions.current(board) == definitions.version(board, 1) == definitions.ensure(board) == made

    def test_equal_options_make_nothing_and_others_the_next_version(self, definitions: Definitions) -> None:
        board = fresh_board()
        first = BoardDefinition(board=board, version=1, options=_LAPS)
        second = BoardDefinition(board=board, version=2, options=replace(_LAPS, max_score=5))
        assert definitions.define(board, _LAPS) == (first, True)
        assert definitions.define(board, _LAPS) == (first, False)
        assert definitions.define(board, second.options) == (second, True)
        assert definitions.current(board) == definitions.ensure(board) == second
        assert [definitions.version(board, number) for number in (1, 2, 3)] == [first, second, None]

    def test_options_that_rank_otherwise_make_a_version_like_others(self, definitions: Definitions) -> None:
        board = definitions.ensure(fresh_board()).board
        assert definitions.define(board, _LAPS) == (BoardDefinition(board=board, version=2, options=_LAPS), True)

    def test_boards_are_listed_by_name_in_pages_with_their_current_options(self, definitions: Definitions) -> None:
        stem = uuid4().hex[:8]
        names = [f"{stem}{suffix}" for suffix in ("-b", "-B", "_x", ".z", "-a9", "-a10")]
        for name in (*names, f"other-{stem}"):
            definitions.ensure(name)
            definitions.define(name, BoardOptions(title=name))
        found: list[BoardDefinition] = []
        while page := definitions.list(found[-1].board if found else None, 4, stem):
            found += page
        assert [(each.board, each.version, each.options.title) for each in found] == [
            (name, 2, name) for name in sorted(names)
        ]
        assert [each.board for each in definitions.list(None, 9, f"{stem}_")] == [f"{stem}_x"]

    def test_while_their_record_is_down_nothing_is_known_or_made(
        self, definitions: Definitions, outage: AbstractContextManager[None]
    ) -> None:
        board = fresh_board()
        asks = (
            lambda: definitions.current(board), lambda: definitions.version(board, 1),
            lambda: definitions.ensure(board), lambda: definitions.define(board, _LAPS),
            lambda: definitions.list(None, 1),
        )  # fmt: skip
        with outage:
            for ask in asks:
                with pytest.raises(UnavailableError):
                    ask()
        assert definitions.current(board) is None


class KnownDefinitionsSuite:
    """Give it ``known``, and ``definitions``, the record that it asks."""

    def test_what_nobody_made_is_unknown_and_ensuring_makes_it(self, known: Known, definitions: Definitions) -> None:
        board = fresh_board()
        assert known.current(board) is None
        made = known.ensure(board)
        assert made == BoardDefinition(board=board, version=1, options=DEFAULT_OPTIONS)
        assert known.current(board) == definitions.current(board) == made

    def test_what_is_remembered_is_current_at_once(self, known: Known, definitions: Definitions) -> None:
        board = known.ensure(fresh_board()).board
        made, _ = definitions.define(board, BoardOptions(title="new"))
        known.remember(made)
        assert known.current(board) == known.ensure(board) == made
