"""Whoever asks the boards in memory is told what Valkey would have told, whatever is asked."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeAlias
from uuid import uuid4

import msgspec
import pytest
import redis
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ledgerboard_boards import RankTooDeepError, RedisStandings, ViewExpiredError
from ledgerboard_boards.reading import MAX_DISTINCT_SCORES
from ledgerboard_contracts import (
    ALL_LEVELS,
    ALL_TIME,
    DEFAULT_OPTIONS,
    WHOLE_BOARD,
    BoardDefinition,
    BoardOptions,
    Fact,
    Order,
    Period,
    Policy,
    Ranking,
    TieBreak,
    View,
    level_scope,
    session_scope,
    span_containing,
)
from ledgerboard_testkit.first_generation import FirstGeneration
from ledgerboard_testkit.memory import FixedClock, MemoryStandings
from ledgerboard_testkit.plays import make_envelope, make_fact

Either: TypeAlias = MemoryStandings | RedisStandings

NOW: Final = datetime.now(UTC)
PLAYERS: Final = ["ada", "bob", "é|漢", "dan", "eve"]
TIES: Final = (TieBreak(attribute="lives"), TieBreak(attribute="shots", order=Order.ASC))

options: Final = st.builds(
    lambda order, policy, ties: BoardOptions(
        order=order, policy=policy, ties=() if policy is Policy.TOTAL else ties, level_total_view=True
    ),
    st.sampled_from(Order), st.sampled_from(Policy), st.sampled_from([(), TIES]),
)  # fmt: skip
scores: Final = st.integers(-2, 2) | st.sampled_from([2**53, 2**53 - 1, -(2**53)])
plays: Final = st.builds(
    lambda player, score, age, lives, place: make_fact(
        player, score, NOW - timedelta(microseconds=age), attributes={"lives": lives, "shots": 1}, level=place,
        session=place,
    ),
    st.sampled_from(PLAYERS), scores, st.integers(0, 2), st.integers(0, 1), st.sampled_from([None, "a", "b"]),
)  # fmt: skip
views: Final = st.builds(
    View,
    st.just("chess"),
    st.sampled_from([ALL_TIME, span_containing(Period.DAY, NOW)]),
    st.sampled_from([WHOLE_BOARD, ALL_LEVELS, level_scope("a")]),
) | st.just(View("chess", ALL_TIME, session_scope("a")))  # fmt: skip
counts: Final = st.integers(0, 7)
rankings: Final = st.sampled_from(Ranking)
players: Final = st.sampled_from([*PLAYERS, "nobody"])
bounds: Final = st.tuples(st.none() | scores, st.none() | scores)

reads: Final = st.one_of(
    st.tuples(st.just("page"), counts, counts, rankings),
    st.tuples(st.just("last"), counts, rankings),
    st.tuples(st.just("by_score"), bounds, counts, counts, rankings),
    st.tuples(st.just("around_player"), players, counts, rankings),
    st.tuples(st.just("around_score"), scores, counts, rankings),
    st.tuples(st.just("standing"), players, rankings),
    st.tuples(st.just("placing"), players, rankings),
    st.tuples(st.just("listed"), st.lists(players), rankings),
    st.tuples(st.just("hypothetical"), plays, rankings),
)


def both(valkey: redis.Redis, choice: BoardOptions, history: list[Fact]) -> tuple[MemoryStandings, RedisStandings]:
    """The same history in each."""
    stage, memory = f"contract-{uuid4().hex[:12]}", MemoryStandings(FixedClock(NOW))
    memory.add("chess", *history)
    definition = BoardDefinition(board="chess", version=1, options=choice)
    FirstGeneration(valkey, stage).fold([(make_envelope("chess", history), definition)], NOW)
    return memory, RedisStandings(valkey, stage)


@settings(max_examples=250, deadline=None)
@given(choice=options, history=st.lists(plays, max_size=15), view=views, asked=st.lists(reads, min_size=3, max_size=9))
def test_every_read_is_answered_alike(
    valkey: redis.Redis, choice: BoardOptions, history: list[Fact], view: View, asked: list[tuple[Any, ...]]
) -> None:
    memory, real = both(valkey, choice, history)
    for name, *arguments in asked:
        told, truth = (getattr(each, name)(view, choice, *arguments) for each in (memory, real))
        assert told == truth, (name, arguments)


@settings(max_examples=50, deadline=None)
@given(choice=options, history=st.lists(plays, max_size=15), view=views, ranking=rankings)
def test_tops_and_several_views_are_told_alike(
    valkey: redis.Redis, choice: BoardOptions, history: list[Fact], view: View, ranking: Ranking
) -> None:
    memory, real = both(valkey, choice, history)
    told, truth = memory.top(view, choice), real.top(view, choice)
    assert (msgspec.json.decode(told.body), told.total) == (msgspec.json.decode(truth.body), truth.total)
    assume(history)
    asked, player = [(view, choice), (View("go", ALL_TIME, generation=0), DEFAULT_OPTIONS)], history[0].player
    assert memory.standings_of(player, asked, ranking) == real.standings_of(player, asked, ranking)


@pytest.mark.parametrize(
    "read",
    [
        lambda boards, view: boards.page(view, DEFAULT_OPTIONS, 0, 1),
        lambda boards, view: boards.hypothetical(view, DEFAULT_OPTIONS, make_fact("ada", 1, NOW)),
        lambda boards, view: boards.around_score(view, DEFAULT_OPTIONS, 1, 1),
        lambda boards, view: boards.standings_of("ada", [(view, DEFAULT_OPTIONS)]),
    ],
)
def test_a_view_past_its_keeping_is_refused_alike(valkey: redis.Redis, read: Callable[[Either, View], object]) -> None:
    gone = View("chess", span_containing(Period.DAY, NOW - timedelta(days=99)))
    for boards in both(valkey, DEFAULT_OPTIONS, []):
        with pytest.raises(ViewExpiredError):
            read(boards, gone)


def test_a_dense_rank_is_refused_at_the_same_depth(valkey: redis.Redis) -> None:
    crowd = [make_fact(f"p{place}", -place, NOW) for place in range(MAX_DISTINCT_SCORES + 2)]
    view = View("chess", ALL_TIME)
    for boards in both(valkey, DEFAULT_OPTIONS, crowd):
        found = boards.standing(view, DEFAULT_OPTIONS, f"p{MAX_DISTINCT_SCORES}", Ranking.DENSE)
        assert found is not None
        assert found.rank == MAX_DISTINCT_SCORES
        with pytest.raises(RankTooDeepError):
            boards.standing(view, DEFAULT_OPTIONS, f"p{MAX_DISTINCT_SCORES + 1}", Ranking.DENSE)
