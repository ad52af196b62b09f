"""A player of very many plays is restated by calls that are none of them long, and exactly, whatever comes between."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import redis

from ledgerboard_boards import BoardStates, FoldOrder, Following, GenerationState, RedisBoards, RedisStandings
from ledgerboard_boards.great_players import SLICE_PLAYS
from ledgerboard_boards.keys import Keyspace
from ledgerboard_contracts import (
    ALL_LEVELS,
    ALL_TIME,
    BoardOptions,
    Fact,
    Period,
    Policy,
    View,
    level_scope,
    span_containing,
)
from ledgerboard_testkit.plays import make_envelope, make_fact
from ledgerboard_testkit.rankings import expected_standings

NOW = datetime.now(UTC)
OPTIONS = BoardOptions(policy=Policy.PLAYS, level_total_view=True)
GENERATION = GenerationState(1, 1)
DAY = span_containing(Period.DAY, NOW)
VIEWS = [
    View("chess", span, scope)
    for span in (ALL_TIME, DAY)
    for scope in (View("chess", ALL_TIME).scope, level_scope("level-1"), ALL_LEVELS)
]


class Observed(RedisBoards):
    """Notes how much each call carries, and calls ``before`` before each."""

    def __init__(self, client: redis.Redis, stage: str) -> None:
        super().__init__(client, stage)
        self.carried: list[int] = []
        self.before: Callable[[str], None] = lambda _: None
        write, write_all = self._library.write, self._library.write_all

        def noted(function: str, keys: Sequence[bytes], *arguments: bytes | int) -> Any:
            self._note(function, arguments)
            return write(function, keys, *arguments)

        def all_noted(function: str, calls: Any) -> list[Any]:
            for _, arguments in calls:
                self._note(function, arguments)
            return write_all(function, calls)

        self._library.write, self._library.write_all = noted, all_noted  # type: ignore[method-assign]

    def _note(self, function: str, arguments: Sequence[bytes | int]) -> None:
        self.carried.append(sum(len(each) for each in arguments if isinstance(each, bytes)))
        self.before(function)


class Board:
    """A board of plays, live in its first generation."""

    def __init__(self, client: redis.Redis, stage: str) -> None:
        self.boards, self.states = Observed(client, stage), BoardStates(client, stage)
        self.standings = RedisStandings(client, stage)
        self.states.create("chess", [GENERATION], 1)

    @property
    def version(self) -> int:
        state = self.states.get("chess")
        assert state is not None
        return state.version

    def fold(self, facts: Sequence[Fact]) -> None:
        for first in range(0, len(facts), 500):
            envelope = make_envelope("chess", facts[first : first + 500])
            RedisBoards.fold(self.boards, [FoldOrder(envelope, OPTIONS, 1, self.version)], NOW)

    def restate(self, facts: Sequence[Fact]) -> bool:
        return (
            self.boards.restate(
                "chess", {"ann": [(1, OPTIONS, facts)]}, self.version, lambda: Following([GENERATION]), NOW
            )
            is not None
        )

    def shows(self, facts: Sequence[Fact]) -> None:
        """Every view, and what finds the player in it."""
        for view in VIEWS:
            want = expected_standings(facts, OPTIONS, view)
            assert self.standings.page(view, OPTIONS, 0, 100_000).standings == want
            best = next((each for each in want if each.player == "ann"), None)
            assert self.standings.standing(view, OPTIONS, "ann") == best


@pytest.fixture
def board(client: redis.Redis, stage: str) -> Board:
    return Board(client, stage)


def many(count: int, first: int = 0) -> list[Fact]:
    return [
        make_fact("ann", number * 7 % 9973, NOW - timedelta(microseconds=number), level=f"level-{number % 3}")
        for number in range(first, first + count)
    ]


OTHERS = [make_fact("bob", 4000, NOW, level="level-1"), make_fact("anna", 1, NOW)]


def test_no_call_of_a_great_players_restatement_carries_more_than_that_of_a_small_one(board: Board) -> None:
    small, great = many(SLICE_PLAYS), many(50_000)
    assert board.restate(small)
    most = max(board.boards.carried)
    board.fold(great)
    board.boards.carried.clear()
    assert board.restate(great[1:])
    assert max(board.boards.carried) < 3 * most
    board.boards.carried.clear()
    assert board.restate([])
    assert max(board.boards.carried) < 3 * most


@pytest.mark.parametrize("left_out", [1, 700, 2000])
def test_what_counts_no_longer_goes_and_what_counts_comes(board: Board, left_out: int) -> None:
    facts, missing = many(2000), many(300, first=5000)
    board.fold([*facts, *OTHERS])
    left = sorted(facts, key=lambda each: -each.score)[left_out:]
    assert board.restate([*left, *missing])
    board.shows([*left, *missing, *OTHERS])


def test_what_finds_a_lone_great_player_expires_with_the_view(board: Board, client: redis.Redis, stage: str) -> None:
    """A hash that held nobody else is made anew, beside a set of many entries."""
    facts = many(2000)
    board.fold(facts)
    keys = Keyspace(stage).of(View("chess", DAY))
    assert board.restate(facts[1:])
    expiries = [client.expiretime(key.decode()) for key in (keys.entries, keys.prefixes)]
    assert expiries == [keys.expires_at_seconds] * 2


def test_a_banned_player_leaves_nothing(board: Board, client: redis.Redis, stage: str) -> None:
    board.fold([*many(1500), *OTHERS])
    assert board.restate([])
    board.shows(OTHERS)
    keyspace = Keyspace(stage)
    assert client.zlexcount(keyspace.plays("chess", 1).decode(), "[ann\0", "(ann\1") == 0
    assert not any(client.hexists(keyspace.of(view).prefixes.decode(), "ann") for view in VIEWS)


@pytest.mark.parametrize("calls", range(5))
def test_who_dies_between_two_slices_is_followed_by_one_who_ends_it(board: Board, calls: int) -> None:
    facts, left = many(1700), [1, calls]

    def die(_: str) -> None:
        left[1] -= 1
        if left[1] < 0:
            raise InterruptedError

    board.fold([*facts, *OTHERS])
    board.boards.before = die
    with suppress(InterruptedError):
        board.restate(facts[800:])
    board.boards.before = lambda _: None
    for counting in (facts[800:], facts, facts[:700]):
        assert board.restate(counting)
        board.shows([*counting, *OTHERS])


def test_a_score_that_comes_between_the_slices_goes_with_what_was_there_before(board: Board) -> None:
    facts, late = many(1200), make_fact("ann", 20_000, NOW)
    board.fold(facts)

    def play(function: str) -> None:
        if function == "restate":
            board.boards.before = lambda _: None
            board.fold([late])

    board.boards.before = play
    assert board.restate(facts[1:])
    board.shows(facts[1:])
    assert board.restate([*facts[1:], late])
    board.shows([*facts[1:], late])


def test_slices_of_a_state_that_is_no_longer_true_write_nothing(board: Board) -> None:
    facts = many(1200)
    board.fold(facts)
    version = board.version
    board.states.replace("chess", version, live=1, generations=[GENERATION])
    assert not board.boards.restate(
        "chess", {"ann": [(1, OPTIONS, facts[900:])]}, version, lambda: Following([GENERATION]), NOW
    )
    board.shows(facts)
