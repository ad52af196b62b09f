"""Versions of boards: each number is made once, by whoever comes first, and never changed."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from uuid import uuid4

import pytest
from sqlalchemy import Engine

from ledgerboard_contracts import DEFAULT_OPTIONS, BoardDefinition, BoardOptions, Order
from ledgerboard_ledger import Generation, GenerationStage, PostgresDefinitions, PostgresGenerations

_LAPS = BoardOptions(order=Order.ASC, min_score=0, max_score=10**9, title="Lap times")


@pytest.fixture
def definitions(engine: Engine) -> PostgresDefinitions:
    return PostgresDefinitions(engine)


@pytest.fixture
def board() -> str:
    return f"board-{uuid4().hex[:12]}"


def test_an_unknown_board_has_no_definition_until_someone_needs_one(
    definitions: PostgresDefinitions, board: str
) -> None:
    assert definitions.current(board) is None
    made = definitions.ensure(board)
    assert made == BoardDefinition(board=board, version=1, options=DEFAULT_OPTIONS)
    assert definitions.current(board) == definitions.version(board, 1) == definitions.ensure(board) == made


def test_defining_a_new_board_makes_version_1_and_again_makes_nothing(
    definitions: PostgresDefinitions, board: str
) -> None:
    expected = BoardDefinition(board=board, version=1, options=_LAPS)
    assert definitions.define(board, _LAPS) == (expected, True)
    assert definitions.define(board, _LAPS) == (expected, False)
    assert definitions.ensure(board) == expected


def test_other_options_make_the_next_version_and_leave_the_earlier_ones(
    definitions: PostgresDefinitions, board: str
) -> None:
    definitions.define(board, _LAPS)
    made, created = definitions.define(board, replace(_LAPS, max_score=5))
    assert (made.version, created) == (2, True)
    assert definitions.current(board) == made
    assert definitions.version(board, 1) == BoardDefinition(board=board, version=1, options=_LAPS)
    assert definitions.version(board, 3) is None


def _rebuilds(engine: Engine, board: str) -> list[Generation]:
    return [each for each in PostgresGenerations(engine).list(board) if each.state is GenerationStage.REQUESTED]


def test_another_order_asks_for_one_rebuild_under_the_newest_version(
    engine: Engine, definitions: PostgresDefinitions, board: str
) -> None:
    PostgresGenerations(engine).adopt(board, definitions.ensure(board).version)
    assert definitions.define(board, _LAPS)[0].version == 2
    definitions.define(board, replace(_LAPS, title="Only the title"))
    assert [(each.number, each.board_version) for each in _rebuilds(engine, board)] == [(2, 2)]
    definitions.define(board, DEFAULT_OPTIONS)
    assert [(each.number, each.board_version) for each in _rebuilds(engine, board)] == [(2, 4)]


def test_a_board_that_was_never_projected_needs_no_rebuild(
    engine: Engine, definitions: PostgresDefinitions, board: str
) -> None:
    definitions.ensure(board)
    definitions.define(board, _LAPS)
    assert _rebuilds(engine, board) == []
    adopted, made = PostgresGenerations(engine).adopt(board, 1)
    assert (adopted.board_version, made) == (2, True)


def test_twenty_at_once_that_want_different_options_make_twenty_versions(
    definitions: PostgresDefinitions, board: str
) -> None:
    start = Barrier(20)

    def define(number: int) -> int:
        start.wait()
        made, created = definitions.define(board, BoardOptions(title=str(number)))
        assert created
        assert made.options.title == str(number)
        return made.version

    with ThreadPoolExecutor(20) as pool:
        assert sorted(pool.map(define, range(20))) == list(range(1, 21))


def test_twenty_at_once_that_want_the_same_make_one_version(definitions: PostgresDefinitions, board: str) -> None:
    start = Barrier(20)

    def define_or_ensure(number: int) -> tuple[BoardDefinition, bool]:
        start.wait()
        if number % 2:
            return definitions.ensure(board), False
        return definitions.define(board, DEFAULT_OPTIONS)

    with ThreadPoolExecutor(20) as pool:
        results = list(pool.map(define_or_ensure, range(20)))
    assert Counter(made for made, _ in results) == {
        BoardDefinition(board=board, version=1, options=DEFAULT_OPTIONS): 20
    }
    assert sum(created for _, created in results) <= 1


def test_boards_are_listed_by_name_in_pages_with_their_current_options(definitions: PostgresDefinitions) -> None:
    stem = uuid4().hex[:8]
    names = [f"{stem}{suffix}" for suffix in ("-b", "-B", "_x", ".z", "-a9", "-a10")]
    for name in names:
        definitions.define(name, BoardOptions(title="first"))
        definitions.define(name, BoardOptions(title=f"{name} now"))
    found: list[BoardDefinition] = []
    after: str | None = None
    while page := definitions.list(after, 4, stem):
        found += page
        after = page[-1].board
    assert [each.board for each in found] == sorted(names)
    assert all(each.version == 2 and each.options.title == f"{each.board} now" for each in found)


def test_a_prefix_is_text_and_no_pattern(definitions: PostgresDefinitions) -> None:
    stem = uuid4().hex[:8]
    for name in (f"{stem}_x", f"{stem}-x"):
        definitions.ensure(name)
    assert [each.board for each in definitions.list(None, 10, f"{stem}_")] == [f"{stem}_x"]
    assert definitions.list(None, 10, f"{stem}%") == []


def test_boards_are_searched_by_a_part_of_their_names_which_is_no_pattern_either(
    definitions: PostgresDefinitions,
) -> None:
    stem = uuid4().hex[:8]
    for name in (f"{stem}-Kart_1", f"{stem}-kartX1", f"{stem}-other"):
        definitions.ensure(name)
    assert [each.board for each in definitions.list(None, 10, stem, "kART")] == [f"{stem}-Kart_1", f"{stem}-kartX1"]
    assert [each.board for each in definitions.list(None, 10, stem, "kart_")] == [f"{stem}-Kart_1"]
    assert [each.board for each in definitions.list(f"{stem}-Kart_1", 1, "", f"{stem}-k")] == [f"{stem}-kartX1"]
