"""A board's state changes by compare-and-set alone, and whoever reads is held to what it says."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest
import redis
from redis.cluster import RedisCluster

from ledgerboard_boards import (
    BoardState,
    BoardStates,
    GenerationState,
    Horizon,
    Live,
    MovedError,
    RedisStandings,
)
from ledgerboard_boards.keys import Keyspace
from ledgerboard_contracts import ALL_TIME, DEFAULT_OPTIONS, View
from ledgerboard_testkit.first_generation import FirstGeneration
from ledgerboard_testkit.plays import make_fact

NOW = datetime.now(UTC)
CHESS = View("chess", ALL_TIME)
FIRST = GenerationState(1, 3)
HORIZON = Horizon(uuid4(), "12:15:13", NOW, hidden=True)
NEXT = GenerationState(2, 4, "10:20:10,14", NOW, {"zoë": HORIZON})


@pytest.fixture
def states(client: redis.Redis, stage: str) -> BoardStates:
    return BoardStates(client, stage)


def state_of(states: BoardStates, board: str = "chess") -> BoardState:
    state = states.get(board)
    assert state is not None
    return state


def every_read(standings: RedisStandings, view: View) -> Sequence[Callable[[], object]]:
    play, options = make_fact("ann", 1, NOW), DEFAULT_OPTIONS
    return (
        lambda: standings.page(view, options, 0, 9),
        lambda: standings.last(view, options, 9),
        lambda: standings.by_score(view, options, (None, None), 0, 9),
        lambda: standings.around_player(view, options, "ann", 1),
        lambda: standings.around_score(view, options, 1, 1),
        lambda: standings.standing(view, options, "ann"),
        lambda: standings.placing(view, options, "ann"),
        lambda: standings.listed(view, options, ["ann"]),
        lambda: standings.standings_of("ann", [(view, options)]),
        lambda: standings.hypothetical(view, options, play),
        lambda: standings.top(view, options),
        lambda: standings.top_since(view, options, 0),
    )


def test_a_state_is_read_as_it_was_written_and_made_once(states: BoardStates) -> None:
    assert states.get("chess") is None
    assert states.lives("chess") is None
    assert states.create("chess", [FIRST, NEXT], 1)
    assert not states.create("chess", [FIRST], 1)
    state = state_of(states)
    assert (state.live, state.generations) == (1, (FIRST, NEXT))
    assert states.lives("chess") == Live(1, 3)
    assert states.get_many(["go", "chess"]) == {"chess": state}
    assert states.get_many([]) == {}


def test_a_state_is_replaced_only_by_who_knows_it(states: BoardStates) -> None:
    states.create("chess", [FIRST], 1)
    first = state_of(states)
    assert states.replace("chess", first.version, live=1, generations=[FIRST, NEXT])
    assert not states.replace("chess", first.version, live=2, generations=[NEXT])
    second = state_of(states)
    assert second == BoardState(second.version, 1, (FIRST, NEXT))
    assert second.version > first.version
    assert states.replace("chess", second.version, live=None, generations=[NEXT])
    assert states.lives("chess") is None
    assert state_of(states).live is None
    assert not states.replace("go", 0, live=None, generations=[])


def test_a_generation_that_the_state_lacks_cannot_go_live(states: BoardStates) -> None:
    with pytest.raises(ValueError, match="cannot be live"):
        states.create("chess", [FIRST], 2)


def test_a_version_never_comes_back_even_after_the_state_was_lost(
    client: redis.Redis, stage: str, states: BoardStates
) -> None:
    states.create("chess", [FIRST], 1)
    for _ in range(3):
        assert states.replace("chess", state_of(states).version, live=1, generations=[FIRST])
    lost = state_of(states).version
    client.delete(Keyspace(stage).state("chess").decode())
    states.create("chess", [NEXT], None)
    assert state_of(states).version > lost


@pytest.mark.parametrize("generation", [0, 2, 11])
def test_every_read_of_a_generation_that_is_not_live_is_refused(
    boards: FirstGeneration, standings: RedisStandings, generation: int
) -> None:
    boards.begin("chess")
    for read in every_read(standings, replace(CHESS, generation=generation)):
        with pytest.raises(MovedError, match="chess"):
            read()
    for read in every_read(standings, CHESS):
        read()


def test_a_board_without_a_live_generation_is_never_taken_for_an_empty_one(
    states: BoardStates, standings: RedisStandings
) -> None:
    states.create("chess", [NEXT], None)
    for generation in (0, 1, 2):
        for read in every_read(standings, replace(CHESS, generation=generation)):
            with pytest.raises(MovedError):
                read()


def test_a_board_that_was_never_projected_reads_as_empty(standings: RedisStandings) -> None:
    for read in every_read(standings, replace(CHESS, generation=0)):
        read()
    for read in every_read(standings, CHESS):
        with pytest.raises(MovedError):
            read()


def test_states_of_boards_on_several_primaries_come_together(cluster: RedisCluster, stage: str) -> None:
    boards, states = [f"board-{number}" for number in range(12)], BoardStates(cluster, stage)
    for number, board in enumerate(boards):
        assert states.create(board, [GenerationState(1, number + 1)], 1)
    assert {board: state.generations[0].board_version for board, state in states.get_many(boards).items()} == {
        board: number + 1 for number, board in enumerate(boards)
    }
    assert states.replace("board-7", state_of(states, "board-7").version, live=1, generations=[FIRST])
    assert states.lives("board-7") == Live(1, 3)


def test_a_swap_is_announced_by_the_boards_state_and_only_a_swap(
    client: redis.Redis, stage: str, states: BoardStates
) -> None:
    heard: list[bytes] = []
    with client.pubsub(ignore_subscribe_messages=True) as listener:  # type: ignore[no-untyped-call]
        listener.subscribe(Keyspace(stage).channel)
        listener.get_message(timeout=5)
        states.create("chess", [FIRST], 1)
        states.replace("chess", state_of(states).version, live=1, generations=[FIRST, NEXT])
        states.replace("chess", state_of(states).version, live=2, generations=[NEXT])
        states.create("last", [FIRST], 1)
        last = Keyspace(stage).state("last")
        deadline = time.monotonic() + 5
        while last not in heard and time.monotonic() < deadline:
            if message := listener.get_message(timeout=1):
                heard.append(message["data"].partition(b" ")[2])
    swapped = Keyspace(stage).state("chess")
    assert heard == [swapped, swapped, last]
