"""A generation is known by its number: its views, their entries page by page, and the end of all of them."""

from datetime import UTC, datetime

import pytest
import redis

from ledgerboard_boards import BoardStates, Entry, FoldOrder, GenerationInUseError, GenerationState, RedisBoards
from ledgerboard_boards.keys import Keyspace
from ledgerboard_contracts import ALL_TIME, DEFAULT_OPTIONS, Fact, View, level_scope
from ledgerboard_testkit.first_generation import FirstGeneration
from ledgerboard_testkit.plays import make_definition, make_envelope, make_fact

NOW = datetime.now(UTC)
CHESS = View("chess", ALL_TIME)


@pytest.fixture
def writer(boards: FirstGeneration) -> RedisBoards:
    return boards.boards


def fold(boards: FirstGeneration, *facts: Fact) -> None:
    boards.fold([(make_envelope("chess", facts), make_definition("chess"))], NOW)


def scores(entries: list[Entry]) -> list[int]:
    return [entry.standing.score for entry in entries]


def test_entries_after_one_that_is_gone_begin_where_it_was(boards: FirstGeneration, writer: RedisBoards) -> None:
    fold(boards, *(make_fact(f"player-{score}", score, NOW) for score in range(5)))
    first = writer.entries(CHESS, DEFAULT_OPTIONS, None, 3)
    assert scores(list(first)) == [4, 3, 2]
    fold(boards, make_fact("player-2", 9, NOW))
    assert scores(list(writer.entries(CHESS, DEFAULT_OPTIONS, first[-1], 9))) == [1, 0]
    assert scores(list(writer.entries(CHESS, DEFAULT_OPTIONS, first[-2], 9))) == [1, 0]


def test_a_generation_knows_its_views_by_their_keys_and_nobody_elses(
    boards: FirstGeneration, writer: RedisBoards
) -> None:
    fold(boards, make_fact("ann", 1, NOW, level=":entries:1:all:board"))
    views = set(writer.views("chess", 1))
    assert {"all:board", "all:level::entries:1:all:board"} <= views
    assert len(views) == 8
    assert list(writer.views("chess", 2)) == list(writer.views("go", 1)) == []


def test_a_generation_whose_levels_are_called_as_keys_goes_whole_and_only_it(
    client: redis.Redis, stage: str, boards: FirstGeneration, writer: RedisBoards
) -> None:
    states = BoardStates(client, stage)
    fold(boards, make_fact("ann", 1, NOW, level=":entries:"))
    state = states.get("chess")
    assert state is not None
    second = GenerationState(2, 1)
    assert states.replace("chess", state.version, live=2, generations=[second])
    order = FoldOrder(make_envelope("chess", [make_fact("ann", 2, NOW)]), DEFAULT_OPTIONS, 2, boards.version("chess"))
    writer.fold([order], NOW)
    with pytest.raises(GenerationInUseError, match="2 of chess"):
        writer.drop("chess", 2, 100)
    assert [writer.drop("chess", 1, 3) for _ in range(3)] == [False, False, True]
    assert {key.split(b":")[2] for key in client.scan_iter(f"*{stage}/chess*:1:*")} == set()
    assert scores(list(writer.entries(View("chess", ALL_TIME, generation=2), DEFAULT_OPTIONS, None, 9))) == [2]
    assert list(writer.entries(View("chess", ALL_TIME, level_scope(":entries:")), DEFAULT_OPTIONS, None, 9)) == []


def test_what_never_was_is_dropped_at_once(writer: RedisBoards) -> None:
    assert writer.drop("nowhere", 1, 10)


def test_a_first_generation_from_before_registries_goes_whole_too(
    client: redis.Redis, stage: str, boards: FirstGeneration, writer: RedisBoards
) -> None:
    """It has no state either; the board counts as lost, and its next generation is the second."""
    keyspace = Keyspace(stage)
    fold(boards, make_fact("ann", 1, NOW, level="2"))
    client.delete(keyspace.state("chess").decode(), keyspace.registry("chess", 1).decode())
    boards.states.create("chess", [GenerationState(2, 1)], 2)
    state = boards.states.get("chess")
    assert state is not None
    facts = [make_fact("ann", 2, NOW, level="1:1"), make_fact("ann", 2, NOW, level="1")]
    writer.fold([FoldOrder(make_envelope("chess", facts), DEFAULT_OPTIONS, 2, state.version)], NOW)
    before = set(client.scan_iter(f"*{stage}/chess*"))
    assert writer.drop("chess", 1, 5)
    assert set(client.scan_iter(f"*{stage}/chess*")) == {key for key in before if key.split(b":")[2:3] != [b"1"]}
